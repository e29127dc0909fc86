//! Which cameras there are, by ids that stay.

use nokhwa::utils::CameraIndex;

/// A camera of this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Camera {
    /// Stays the same across restarts and ports where the system knows the device, e.g. the name of its link in
    /// `/dev/v4l/by-id`; else where it is plugged in, e.g. `platform:vivid-000/vivid`.
    pub id: String,
    /// The device's name as the system gives it.
    pub name: String,
    /// What opens it now; changes as devices come and go.
    pub index: CameraIndex,
}

/// The cameras that give pictures, in the system's order. Only what nokhwa's list lacks is done here: on Linux that
/// list holds output and metadata nodes too, in directory order, and names devices by number only.
#[cfg(target_os = "linux")]
pub fn cameras() -> Vec<Camera> {
    use std::collections::HashMap;
    use v4l::capability::Flags;
    use v4l::video::Capture;

    let mut nodes = v4l::context::enum_devices();
    nodes.sort_by_key(v4l::context::Node::index);
    let links = links();
    let mut same: HashMap<String, u32> = HashMap::new();
    let mut cameras = Vec::new();
    for node in nodes {
        let fallback = || node.name().map(|name| name.trim().to_owned()).unwrap_or_else(|| "Camera".into());
        let (place, name) = match v4l::Device::with_path(node.path()) {
            Ok(device) => {
                let Ok(caps) = device.query_caps() else { continue };
                let captures = caps.capabilities.contains(Flags::VIDEO_CAPTURE | Flags::STREAMING);
                if !captures || device.enum_formats().is_ok_and(|formats| formats.is_empty()) {
                    continue;
                }
                (format!("{}/{}", caps.bus, caps.card), caps.card)
            }
            // It stays in the list, so that opening it can say why not.
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => (fallback(), fallback()),
            Err(_) => continue,
        };
        // One device can have several capture nodes (colour and infrared).
        let number = same.entry(place.clone()).and_modify(|number| *number += 1).or_insert(0);
        let place = if *number == 0 { place } else { format!("{place}#{number}") };
        let id = links.get(&node.index()).cloned().unwrap_or(place);
        cameras.push(Camera { id, name, index: CameraIndex::Index(node.index() as u32) });
    }
    cameras
}

/// Device numbers and the names of their links in `/dev/v4l/by-id`.
#[cfg(target_os = "linux")]
fn links() -> std::collections::HashMap<usize, String> {
    let entries = std::fs::read_dir("/dev/v4l/by-id").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let target = std::fs::read_link(entry.path()).ok()?;
            let number = target.file_name()?.to_str()?.strip_prefix("video")?.parse().ok()?;
            Some((number, entry.file_name().into_string().ok()?))
        })
        .collect()
}

/// The cameras that give pictures, in the system's order.
#[cfg(not(target_os = "linux"))]
pub fn cameras() -> Vec<Camera> {
    let cameras = nokhwa::query(nokhwa::utils::ApiBackend::Auto).unwrap_or_default();
    cameras
        .into_iter()
        .map(|info| {
            // macOS: the unique id; Windows: the symbolic link.
            let id = if info.misc().is_empty() { info.human_name() } else { info.misc() };
            Camera { id, name: info.human_name(), index: info.index().clone() }
        })
        .collect()
}
