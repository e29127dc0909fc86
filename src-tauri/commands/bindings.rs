//! The TypeScript that the UI builds on is generated from the Rust types, committed, and never stale.

use std::path::Path;

use specta_typescript::Typescript;

const FILE: &str = "ui/src/lib/bindings.ts";

/// `DONFRA_LIVE_GENERATE=1 cargo test bindings` (`cargo xtask generate`) writes the file; without it the test compares.
#[test]
fn bindings_are_current() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let folder = tempfile::tempdir().unwrap();
    let fresh = folder.path().join("bindings.ts");
    let typescript = Typescript::default().header("// Made by `cargo xtask generate`.\n");
    super::builder().export(typescript, &fresh).unwrap();
    let fresh = std::fs::read_to_string(fresh).unwrap();
    if std::env::var_os("DONFRA_LIVE_GENERATE").is_some_and(|value| value == "1") {
        std::fs::create_dir_all(committed.parent().unwrap()).unwrap();
        std::fs::write(&committed, &fresh).unwrap();
    }
    let committed = std::fs::read_to_string(&committed).unwrap_or_default();
    assert!(committed == fresh, "{FILE} is stale: run `cargo xtask generate`");
}

/// A command that no window may call is "not found" there, whatever is compiled.
#[test]
fn the_window_may_call_every_command() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bindings = std::fs::read_to_string(root.join(FILE)).unwrap();
    let capability = std::fs::read_to_string(root.join("capabilities/main.json")).unwrap();
    let commands: Vec<_> =
        bindings.split("__TAURI_INVOKE(\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(commands.len() > 20, "{commands:?}");
    for command in commands {
        let permission = format!("\"allow-{}\"", command.replace('_', "-"));
        assert!(capability.contains(&permission), "capabilities/main.json lacks {permission}");
    }
}
