//! Scaling of 8-bit planes: the average of the pixels covered when smaller, bilinear when larger.

type Size = (u32, u32);

/// The size to scale to; below 1 there is nothing to scale to.
pub(super) fn target(width: i32, height: i32) -> Size {
    match (u32::try_from(width), u32::try_from(height)) {
        (Ok(width @ 1..), Ok(height @ 1..)) => (width, height),
        _ => {
            tracing::warn!(width, height, "a video buffer cannot be scaled to this size");
            (0, 0)
        }
    }
}

/// Scales a plane of `C` interleaved channels: pixels, stride in bytes, size in samples.
pub(super) fn plane<const C: usize>(
    (src, src_stride, src_size): (&[u8], u32, Size),
    (dst, dst_stride, dst_size): (&mut [u8], u32, Size),
) {
    if [src_size.0, src_size.1, dst_size.0, dst_size.1].contains(&0) {
        return;
    }
    if dst_size.0 > src_size.0 || dst_size.1 > src_size.1 {
        bilinear::<C>((src, src_stride, src_size), (dst, dst_stride, dst_size));
    } else {
        average::<C>((src, src_stride, src_size), (dst, dst_stride, dst_size));
    }
}

/// The first source sample of each of `to` parts of `from` samples, and the end.
fn bound(index: usize, from: u32, to: u32) -> usize {
    (index as u64 * u64::from(from) / u64::from(to)) as usize
}

fn average<const C: usize>(
    (src, src_stride, src_size): (&[u8], u32, Size),
    (dst, dst_stride, dst_size): (&mut [u8], u32, Size),
) {
    let row_len = src_size.0 as usize * C;
    // Rows are summed down first, whole rows at a time, which the compiler turns into vector code.
    let mut sums = vec![0u32; row_len];
    for (y, to) in dst.chunks_mut(dst_stride as usize).take(dst_size.1 as usize).enumerate() {
        let (top, bottom) = (bound(y, src_size.1, dst_size.1), bound(y + 1, src_size.1, dst_size.1));
        sums.fill(0);
        for row in top..bottom {
            let from = &src[row * src_stride as usize..][..row_len];
            for (sum, sample) in sums.iter_mut().zip(from) {
                *sum += u32::from(*sample);
            }
        }
        let mut left = 0;
        for (x, to) in to.chunks_exact_mut(C).take(dst_size.0 as usize).enumerate() {
            let right = bound(x + 1, src_size.0, dst_size.0);
            let count = ((right - left) * (bottom - top)) as u32;
            let mut total = [count / 2; C];
            for samples in sums[left * C..right * C].chunks_exact(C) {
                for (total, sample) in total.iter_mut().zip(samples) {
                    *total += sample;
                }
            }
            for (to, total) in to.iter_mut().zip(total) {
                *to = (total / count) as u8;
            }
            left = right;
        }
    }
}

/// The two samples that `index` of `to` lies between, and the share of the second in 256ths; pixel centres align.
fn between(index: usize, from: u32, to: u32) -> (usize, usize, u32) {
    let (from, to) = (i64::from(from), i64::from(to));
    let position = (((2 * index as i64 + 1) * from * 128) / to - 128).clamp(0, (from - 1) * 256);
    let first = (position / 256) as usize;
    (first, (first + 1).min(from as usize - 1), (position % 256) as u32)
}

fn bilinear<const C: usize>(
    (src, src_stride, src_size): (&[u8], u32, Size),
    (dst, dst_stride, dst_size): (&mut [u8], u32, Size),
) {
    // The same for every row.
    let columns: Vec<_> = (0..dst_size.0 as usize).map(|x| between(x, src_size.0, dst_size.0)).collect();
    for (y, to) in dst.chunks_mut(dst_stride as usize).take(dst_size.1 as usize).enumerate() {
        let (upper, lower, down) = between(y, src_size.1, dst_size.1);
        let (upper, lower) = (&src[upper * src_stride as usize..], &src[lower * src_stride as usize..]);
        for (to, &(left, right, across)) in to.chunks_exact_mut(C).zip(&columns) {
            for (channel, to) in to.iter_mut().enumerate() {
                let mix = |row: &[u8]| {
                    u32::from(row[left * C + channel]) * (256 - across) + u32::from(row[right * C + channel]) * across
                };
                *to = ((mix(upper) * (256 - down) + mix(lower) * down + (1 << 15)) >> 16) as u8;
            }
        }
    }
}
