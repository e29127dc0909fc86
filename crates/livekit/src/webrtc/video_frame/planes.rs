//! The memory behind a buffer: our own, or the library's until it is dropped.

use crate::ffi::FfiHandle;

/// `N` planes of bytes.
pub(super) enum Planes<const N: usize> {
    /// One allocation, plane after plane.
    Owned { bytes: Box<[u8]>, lengths: [usize; N] },
    /// A received frame, where the decoder's copy lies.
    Library(LibraryPlanes<N>),
}

impl<const N: usize> Planes<N> {
    /// Zeroed planes of these lengths.
    ///
    /// # Panics
    /// If the sum is more than memory can address.
    pub(super) fn zeroed(lengths: [usize; N]) -> Self {
        let total = lengths.iter().try_fold(0usize, |sum, length| sum.checked_add(*length));
        let total = total.expect("a video buffer fits in memory");
        Self::Owned { bytes: vec![0; total].into_boxed_slice(), lengths }
    }

    pub(super) fn get(&self) -> [&[u8]; N] {
        match self {
            Self::Owned { bytes, lengths } => {
                let mut rest: &[u8] = bytes;
                lengths.map(|length| {
                    let (plane, after) = rest.split_at(length);
                    rest = after;
                    plane
                })
            }
            Self::Library(planes) => planes.get(),
        }
    }

    /// For writing. The library's memory is copied first: it hands it out for reading.
    pub(super) fn get_mut(&mut self) -> [&mut [u8]; N] {
        if let Self::Library(planes) = self {
            let parts = planes.get();
            *self = Self::Owned { bytes: parts.concat().into_boxed_slice(), lengths: parts.map(<[u8]>::len) };
        }
        match self {
            Self::Owned { bytes, lengths } => {
                let mut rest: &mut [u8] = bytes;
                lengths.map(|length| {
                    let (plane, after) = std::mem::take(&mut rest).split_at_mut(length);
                    rest = after;
                    plane
                })
            }
            Self::Library(_) => unreachable!("replaced above"),
        }
    }
}

/// Planes in a buffer that the library made for us. It keeps the buffer, unchanged, until the handle is dropped.
pub(super) struct LibraryPlanes<const N: usize> {
    /// Address and length of each plane.
    parts: [(usize, usize); N],
    _buffer: FfiHandle,
}

impl<const N: usize> LibraryPlanes<N> {
    /// # Safety
    /// Each part must be the address (not null) and length of bytes that are readable, and that nobody writes to, until
    /// `buffer` is dropped.
    pub(super) unsafe fn new(buffer: FfiHandle, parts: [(usize, usize); N]) -> Self {
        Self { parts, _buffer: buffer }
    }

    fn get(&self) -> [&[u8]; N] {
        self.parts.map(|(address, length)| {
            // SAFETY: readable and unchanging while the handle lives, by the contract of `new`; the slice borrows `self`,
            // which owns the handle.
            unsafe { std::slice::from_raw_parts(std::ptr::with_exposed_provenance(address), length) }
        })
    }
}
