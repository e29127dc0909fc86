//! Finding LiveKit's compiled library, making sure that it is the one this crate was made for, and loading it.

use std::{
    ffi::{OsStr, c_char},
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use libloading::Library as Dylib;
use sha2::{Digest, Sha256};

/// The version that the library itself must state.
pub(crate) const FFI_VERSION: &str = "0.13.2";

/// The version of the PyPI package that the library is taken from.
pub(crate) const PACKAGE_VERSION: &str = "1.2.1";

/// SHA-256 of the library inside each platform's wheel of `livekit==1.2.1`.
const PINNED: &[(&str, &str, &str)] = &[
    ("linux", "x86_64", "b0e3b91dcf42b486045b6acca4863b132e3c4d114d5701b5759c7661c04ea1eb"),
    ("linux", "aarch64", "1851e0a2b740be6041e5a8bf66f419f78f0a424348b4d44d52bf2ece231ab740"),
    ("macos", "x86_64", "659767038036c1a6c6e33ffff6be08f10dec03b957a27d8a103fda713ec040c9"),
    ("macos", "aarch64", "f7ef1bb6803a43559382dc72a5447fb6743dcacdad194edd065140af85078eb4"),
    ("windows", "x86_64", "f3456b002f2157b9cbacad5296433d71b2ba1228c1bc26c5a89c8e559e05c103"),
];

/// Why LiveKit's compiled library cannot be used. Each message names the file and the version that is wanted.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LibraryError {
    /// No file of the library's name in any of the places that are searched.
    #[error(
        "LiveKit's library {FFI_VERSION} (package livekit {PACKAGE_VERSION}) was not found; looked at: {}",
        list(.searched)
    )]
    Missing {
        /// Every path that was tried, in order.
        searched: Vec<PathBuf>,
    },
    /// There is a file, but it cannot be read.
    #[error("LiveKit's library {FFI_VERSION} at {} cannot be read: {reason}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        reason: String,
    },
    /// The file is not byte for byte the published library.
    #[error(
        "{} is not LiveKit's library {FFI_VERSION} as published: it is another version, damaged or tampered with \
         (its SHA-256 begins with {found:.12}, not {expected:.12})",
        .path.display()
    )]
    Checksum {
        /// The file.
        path: PathBuf,
        /// The published library's SHA-256, lower-case hexadecimal.
        expected: String,
        /// The file's SHA-256, lower-case hexadecimal.
        found: String,
    },
    /// The library states another version.
    #[error("{} says that it is LiveKit's library {found}; {FFI_VERSION} is expected", .path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version that it states.
        found: String,
    },
    /// The operating system would not load the file, or a function is missing in it.
    #[error("LiveKit's library {FFI_VERSION} at {} cannot be loaded: {reason}", .path.display())]
    Load {
        /// The file.
        path: PathBuf,
        /// The loader's reason.
        reason: String,
    },
    /// LiveKit publishes no library for this operating system and processor.
    #[error("LiveKit publishes no library {FFI_VERSION} for {os} on {arch}")]
    Platform {
        /// The operating system.
        os: &'static str,
        /// The processor architecture.
        arch: &'static str,
    },
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// Called by the library, on its own threads, with one encoded `FfiEvent`.
pub(crate) type EventCallback = unsafe extern "C" fn(*const u8, usize);

type InitializeFn = unsafe extern "C" fn(EventCallback, bool, *const c_char, *const c_char);
type RequestFn = unsafe extern "C" fn(*const u8, usize, *mut *const u8, *mut usize) -> u64;
type DropHandleFn = unsafe extern "C" fn(u64) -> bool;
type VersionFn = unsafe extern "C" fn(*mut CallStatus) -> ByteBuffer;
type FreeBufferFn = unsafe extern "C" fn(ByteBuffer, *mut CallStatus);

/// UniFFI's `RustBuffer`.
#[repr(C)]
#[derive(Clone, Copy)]
struct ByteBuffer {
    capacity: u64,
    len: u64,
    data: *mut u8,
}

/// UniFFI's `RustCallStatus`.
#[repr(C)]
struct CallStatus {
    code: i8,
    error: ByteBuffer,
}

impl CallStatus {
    fn new() -> Self {
        Self { code: 0, error: ByteBuffer { capacity: 0, len: 0, data: std::ptr::null_mut() } }
    }
}

/// The loaded library's functions. Never unloaded: its threads run until the process ends.
pub(crate) struct Library {
    pub(super) initialize: InitializeFn,
    pub(super) request: RequestFn,
    pub(super) drop_handle: DropHandleFn,
}

/// Finds, checks and loads the library.
pub(crate) fn open() -> Result<Library, LibraryError> {
    let expected = pinned(std::env::consts::OS, std::env::consts::ARCH)?;
    let path = locate()?;
    verify(&path, expected)?;
    load(&path)
}

fn pinned(os: &'static str, arch: &'static str) -> Result<&'static str, LibraryError> {
    PINNED
        .iter()
        .find(|(pinned_os, pinned_arch, _)| (*pinned_os, *pinned_arch) == (os, arch))
        .map(|(_, _, hash)| *hash)
        .ok_or(LibraryError::Platform { os, arch })
}

const FILE_NAME: &str = if cfg!(windows) {
    "livekit_ffi.dll"
} else if cfg!(target_os = "macos") {
    "liblivekit_ffi.dylib"
} else {
    "liblivekit_ffi.so"
};

/// `LIVEKIT_FFI_LIB` if set; else the first that exists: beside the program, in its bundle, where the build found it.
fn locate() -> Result<PathBuf, LibraryError> {
    if let Some(path) = std::env::var_os("LIVEKIT_FFI_LIB").filter(|path| !path.is_empty()) {
        return first_existing(vec![PathBuf::from(path)]);
    }
    let mut places = std::env::current_exe().map(|exe| bundle_places(&exe)).unwrap_or_default();
    places.push(PathBuf::from(env!("LIVEKIT_FFI_BUILD_PATH")));
    first_existing(places)
}

fn first_existing(searched: Vec<PathBuf>) -> Result<PathBuf, LibraryError> {
    match searched.iter().find(|path| path.exists()) {
        Some(path) => Ok(path.clone()),
        None => Err(LibraryError::Missing { searched }),
    }
}

/// Where an application's package puts the library, relative to its executable.
fn bundle_places(exe: &Path) -> Vec<PathBuf> {
    let Some(folder) = exe.parent() else { return Vec::new() };
    let mut places = vec![folder.join(FILE_NAME)];
    if cfg!(target_os = "macos") {
        places.push(folder.join("../Frameworks").join(FILE_NAME));
        places.push(folder.join("../Resources").join(FILE_NAME));
    } else if cfg!(windows) {
        places.push(folder.join("resources").join(FILE_NAME));
    } else if let Some(stem) = exe.file_stem() {
        places.push(folder.join("../lib").join(stem).join(FILE_NAME));
        // A Tauri package names this folder after the product, whose spelling differs from the program's by spaces and
        // capitals only.
        let product = fs::read_dir(folder.join("../lib"))
            .into_iter()
            .flatten()
            .flatten()
            .find(|entry| entry.file_name() != stem && letters(&entry.file_name()) == letters(stem));
        places.extend(product.map(|entry| entry.path().join(FILE_NAME)));
    }
    places
}

fn letters(name: &OsStr) -> String {
    name.to_string_lossy().chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn verify(path: &Path, expected: &str) -> Result<(), LibraryError> {
    let found =
        sha256(path).map_err(|error| LibraryError::Unreadable { path: path.to_owned(), reason: error.to_string() })?;
    if found == expected {
        Ok(())
    } else {
        Err(LibraryError::Checksum { path: path.to_owned(), expected: expected.to_owned(), found })
    }
}

fn sha256(path: &Path) -> io::Result<String> {
    let mut file = fs::File::open(path)?;
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; 1 << 20];
    loop {
        match file.read(&mut chunk)? {
            0 => break,
            read => hasher.update(&chunk[..read]),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn load(path: &Path) -> Result<Library, LibraryError> {
    let failed = |error: libloading::Error| LibraryError::Load { path: path.to_owned(), reason: error.to_string() };
    // SAFETY: the file is byte for byte LiveKit's published library, whose initialisers have no preconditions.
    let dylib = unsafe { Dylib::new(path) }.map_err(failed)?;
    // SAFETY: the types are those of the functions that this exact library exports (livekit_ffi.h, uniffi 0.31).
    let (initialize, request, drop_handle, version, free) = unsafe {
        (
            *dylib.get::<InitializeFn>(b"livekit_ffi_initialize\0").map_err(failed)?,
            *dylib.get::<RequestFn>(b"livekit_ffi_request\0").map_err(failed)?,
            *dylib.get::<DropHandleFn>(b"livekit_ffi_drop_handle\0").map_err(failed)?,
            *dylib.get::<VersionFn>(b"uniffi_livekit_ffi_fn_func_build_version\0").map_err(failed)?,
            *dylib.get::<FreeBufferFn>(b"ffi_livekit_ffi_rustbuffer_free\0").map_err(failed)?,
        )
    };
    let found = build_version(version, free);
    if found != FFI_VERSION {
        return Err(LibraryError::Version { path: path.to_owned(), found });
    }
    // Its threads outlive every owner here could have, so it is never unloaded.
    std::mem::forget(dylib);
    Ok(Library { initialize, request, drop_handle })
}

fn build_version(version: VersionFn, free: FreeBufferFn) -> String {
    let mut status = CallStatus::new();
    // SAFETY: the function takes a call status to write to and returns a buffer that the caller owns.
    let buffer = unsafe { version(&mut status) };
    if status.code != 0 || buffer.data.is_null() {
        return String::from("of an unknown version");
    }
    let len = usize::try_from(buffer.len).unwrap_or(0);
    // SAFETY: the buffer holds `len` initialised bytes until it is freed below.
    let text = String::from_utf8_lossy(unsafe { std::slice::from_raw_parts(buffer.data, len) }).into_owned();
    // SAFETY: the buffer came from this library and is given back once.
    unsafe { free(buffer, &mut CallStatus::new()) };
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn this_platform() -> &'static str {
        pinned(std::env::consts::OS, std::env::consts::ARCH).unwrap()
    }

    #[test]
    fn a_tampered_library_is_refused_with_its_path_and_version() {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join(FILE_NAME);
        fs::copy(locate().unwrap(), &copy).unwrap();
        verify(&copy, this_platform()).unwrap();
        let mut bytes = fs::read(&copy).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&copy, bytes).unwrap();
        let error = verify(&copy, this_platform()).unwrap_err();
        assert!(matches!(error, LibraryError::Checksum { .. }));
        let text = error.to_string();
        assert!(text.contains(&copy.display().to_string()) && text.contains(FFI_VERSION), "{text}");
    }

    #[test]
    fn a_missing_library_names_every_place_searched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nowhere").join(FILE_NAME);
        let error = first_existing(vec![path.clone()]).unwrap_err();
        assert!(
            matches!(&error, LibraryError::Missing { searched } if searched.as_slice() == std::slice::from_ref(&path))
        );
        assert!(error.to_string().contains(&path.display().to_string()) && error.to_string().contains(FFI_VERSION));
    }

    #[test]
    fn another_file_in_its_place_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        fs::write(&path, b"not a library").unwrap();
        assert!(matches!(verify(&path, this_platform()), Err(LibraryError::Checksum { .. })));
        assert!(matches!(load(&path), Err(LibraryError::Load { .. })));
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn the_bundle_folder_is_found_whatever_its_capitals() {
        let root = tempfile::tempdir().unwrap();
        let library = root.path().join("lib/Donfra Live").join(FILE_NAME);
        fs::create_dir_all(library.parent().unwrap()).unwrap();
        fs::create_dir_all(root.path().join("bin")).unwrap();
        fs::write(&library, b"").unwrap();
        let found = first_existing(bundle_places(&root.path().join("bin/donfra-live"))).unwrap();
        assert_eq!(found.canonicalize().unwrap(), library.canonicalize().unwrap());
    }

    #[test]
    fn a_platform_without_a_published_library_is_named() {
        let error = pinned("plan9", "mips").unwrap_err();
        assert!(error.to_string().contains("plan9"));
    }
}
