//! One decoded picture, I420, whoever owns its memory.

use livekit::webrtc::video_frame::{BoxVideoBuffer, BoxVideoFrame, I420Buffer, VideoFrame, VideoRotation};

/// Three planes of 8 bit, chroma halved both ways (rounded up), rows `*_stride` bytes apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    pub width: u32,
    pub height: u32,
    pub y: &'a [u8],
    pub y_stride: u32,
    pub u: &'a [u8],
    pub u_stride: u32,
    pub v: &'a [u8],
    pub v_stride: u32,
}

impl<'a> View<'a> {
    /// The planes of an SDK buffer; `None` where they are smaller than they say or empty, which no scaler may see.
    pub fn of(buffer: &'a I420Buffer) -> Option<Self> {
        use livekit::webrtc::video_frame::VideoBuffer as _;
        let (y, u, v) = buffer.data();
        let (y_stride, u_stride, v_stride) = buffer.strides();
        let view = View { width: buffer.width(), height: buffer.height(), y, y_stride, u, u_stride, v, v_stride };
        view.is_whole().then_some(view)
    }

    /// Width and height of the chroma planes.
    pub fn chroma(&self) -> (u32, u32) {
        (self.width.div_ceil(2), self.height.div_ceil(2))
    }

    fn is_whole(&self) -> bool {
        let (chroma_width, chroma_height) = self.chroma();
        let holds = |plane: &[u8], stride: u32, width: u32, height: u32| {
            stride >= width && plane.len() as u64 >= u64::from(stride) * u64::from(height)
        };
        (1..=16_384).contains(&self.width)
            && (1..=16_384).contains(&self.height)
            && holds(self.y, self.y_stride, self.width, self.height)
            && holds(self.u, self.u_stride, chroma_width, chroma_height)
            && holds(self.v, self.v_stride, chroma_width, chroma_height)
    }
}

/// I420 planes of our own, rows without gaps, reused from frame to frame.
#[derive(Debug, Default)]
pub(super) struct Planes {
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

impl Planes {
    /// Takes over the picture; memory grows only when a picture is larger than any before.
    pub fn copy_from(&mut self, view: &View) {
        let (chroma_width, chroma_height) = view.chroma();
        self.width = view.width;
        self.height = view.height;
        self.bytes.clear();
        copy_rows(&mut self.bytes, view.y, view.y_stride, view.width, view.height);
        copy_rows(&mut self.bytes, view.u, view.u_stride, chroma_width, chroma_height);
        copy_rows(&mut self.bytes, view.v, view.v_stride, chroma_width, chroma_height);
    }

    /// Makes room for a picture of this size; returns its luma and two chroma planes, to be filled.
    pub fn shape(&mut self, width: u32, height: u32) -> [&mut [u8]; 3] {
        (self.width, self.height) = (width, height);
        let luma = (width * height) as usize;
        let chroma = (width.div_ceil(2) * height.div_ceil(2)) as usize;
        self.bytes.resize(luma + 2 * chroma, 0);
        let (y, chroma_planes) = self.bytes.split_at_mut(luma);
        let (u, v) = chroma_planes.split_at_mut(chroma);
        [y, u, v]
    }

    /// The planes.
    pub fn view(&self) -> View<'_> {
        let (width, height) = (self.width, self.height);
        let (chroma_width, chroma_height) = (width.div_ceil(2), height.div_ceil(2));
        let (y, chroma) = self.bytes.split_at((width * height) as usize);
        let (u, v) = chroma.split_at((chroma_width * chroma_height) as usize);
        View { width, height, y, y_stride: width, u, u_stride: chroma_width, v, v_stride: chroma_width }
    }
}

fn copy_rows(to: &mut Vec<u8>, plane: &[u8], stride: u32, width: u32, height: u32) {
    if stride == width {
        to.extend_from_slice(&plane[..(width * height) as usize]);
    } else {
        plane
            .chunks(stride as usize)
            .take(height as usize)
            .for_each(|row| to.extend_from_slice(&row[..width as usize]));
    }
}

/// The newest picture of a tile.
#[derive(Debug)]
pub(super) struct Picture {
    memory: Memory,
    /// How far it must be turned clockwise to stand upright.
    pub rotation: VideoRotation,
}

#[derive(Debug)]
enum Memory {
    /// Decoded by the SDK, which owns the memory.
    Sdk(BoxVideoBuffer),
    /// A copy of what a device of this computer gave.
    Own(Planes),
}

impl Picture {
    /// A frame of a stream, without a copy where it is I420 already (every software decoder); `None` if it is broken.
    pub fn received(frame: BoxVideoFrame) -> Option<Self> {
        let buffer = match frame.buffer.as_i420() {
            Some(_) => frame.buffer,
            None => Box::new(frame.buffer.to_i420()),
        };
        View::of(buffer.as_i420()?)?;
        Some(Self { memory: Memory::Sdk(buffer), rotation: frame.rotation })
    }

    /// A copy of a frame on its way to the encoder, into the memory of an earlier one; `None` if it is broken.
    pub fn copied(frame: &VideoFrame<I420Buffer>, mut planes: Planes) -> Option<Self> {
        planes.copy_from(&View::of(&frame.buffer)?);
        Some(Self { memory: Memory::Own(planes), rotation: frame.rotation })
    }

    /// The planes.
    pub fn view(&self) -> View<'_> {
        match &self.memory {
            Memory::Sdk(buffer) => {
                buffer.as_i420().and_then(View::of).expect("`received` has looked at this very buffer")
            }
            Memory::Own(planes) => planes.view(),
        }
    }

    /// Width and height in pixels once it stands upright.
    pub fn upright_size(&self) -> (u32, u32) {
        let View { width, height, .. } = self.view();
        match self.rotation {
            VideoRotation::VideoRotation90 | VideoRotation::VideoRotation270 => (height, width),
            _ => (width, height),
        }
    }

    /// The memory, to be used again.
    pub fn into_planes(self) -> Option<Planes> {
        match self.memory {
            Memory::Own(planes) => Some(planes),
            Memory::Sdk(_) => None,
        }
    }
}
