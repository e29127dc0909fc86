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
