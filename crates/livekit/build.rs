//! Finds LiveKit's compiled library and makes the Rust types of its messages from the descriptors that come with it.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use prost::Message;
use prost_types::{FileDescriptorProto, FileDescriptorSet};

/// The version of the PyPI package that holds the library.
const WHEEL_VERSION: &str = "1.2.1";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=LIVEKIT_FFI_LIB");
    let library = find_library();
    println!("cargo::rustc-env=LIVEKIT_FFI_BUILD_PATH={}", library.display());

    let protos = library
        .parent()
        .and_then(Path::parent)
        .map(|rtc| rtc.join("_proto"))
        .expect("the library lies in livekit/rtc/resources");
    let mut set = FileDescriptorSet::default();
    let mut files: Vec<_> = fs::read_dir(&protos)
        .unwrap_or_else(|error| panic!("cannot read LiveKit's message descriptors in {}: {error}", protos.display()))
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with("_pb2.py"))
        .collect();
    files.sort();
    for path in files {
        println!("cargo::rerun-if-changed={}", path.display());
        let source =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
        let bytes = serialized_descriptor(&source)
            .unwrap_or_else(|| panic!("{} holds no serialised file descriptor", path.display()));
        let file = FileDescriptorProto::decode(bytes.as_slice())
            .unwrap_or_else(|error| panic!("the descriptor in {} is damaged: {error}", path.display()));
        set.file.push(file);
    }
    prost_build::Config::new().compile_fds(set).expect("LiveKit's own descriptors compile");
}

/// The library: `LIVEKIT_FFI_LIB`, else the copy that `cargo xtask` fetched into the workspace's target folder.
fn find_library() -> PathBuf {
    if let Some(path) = env::var_os("LIVEKIT_FFI_LIB").filter(|path| !path.is_empty()) {
        let path = PathBuf::from(path);
        println!("cargo::rerun-if-changed={}", path.display());
        return path.canonicalize().unwrap_or_else(|error| {
            panic!("LIVEKIT_FFI_LIB names {}, which cannot be opened: {error}", path.display())
        });
    }
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let workspace = manifest.parent().and_then(Path::parent).expect("the crate lies in crates/livekit");
    let name = match env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("windows") => "livekit_ffi.dll",
        Ok("macos") => "liblivekit_ffi.dylib",
        _ => "liblivekit_ffi.so",
    };
    let path = workspace.join("target/setup/livekit-ffi").join(WHEEL_VERSION).join("livekit/rtc/resources").join(name);
    println!("cargo::rerun-if-changed={}", path.display());
    if !path.exists() {
        panic!(
            "LiveKit's compiled library {WHEEL_VERSION} is missing at {}: run `cargo xtask run`, which fetches it, or \
             set LIVEKIT_FFI_LIB to the {name} inside an unpacked `livekit=={WHEEL_VERSION}` wheel",
            path.display()
        );
    }
    path
}

/// The bytes literal that a generated Python module hands to `AddSerializedFile`.
fn serialized_descriptor(source: &str) -> Option<Vec<u8>> {
    let start = source.find("AddSerializedFile(b'")? + "AddSerializedFile(b'".len();
    let mut input = source.as_bytes()[start..].iter().copied().peekable();
    let mut bytes = Vec::new();
    loop {
        match input.next()? {
            b'\'' => return Some(bytes),
            b'\\' => bytes.push(match input.next()? {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'x' => {
                    let digits = [input.next()?, input.next()?];
                    u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
                }
                first @ b'0'..=b'7' => {
                    let mut value = u32::from(first - b'0');
                    for _ in 0..2 {
                        match input.peek() {
                            Some(digit @ b'0'..=b'7') => {
                                value = value * 8 + u32::from(digit - b'0');
                                input.next();
                            }
                            _ => break,
                        }
                    }
                    u8::try_from(value).ok()?
                }
                other => other,
            }),
            other => bytes.push(other),
        }
    }
}
