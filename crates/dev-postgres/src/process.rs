//! Questions about other processes.

use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::io::Errno;
use rustix::process::Pid;

/// Whether a process of this id runs. One that has ended and only waits to be collected
/// does not, where the system tells: in a container that can take for ever.
pub(crate) fn is_alive(pid: u32) -> bool {
    match as_pid(pid).map(rustix::process::test_kill_process) {
        Some(Ok(())) => !is_zombie(pid),
        Some(Err(error)) => error != Errno::SRCH,
        None => false,
    }
}

/// Linux: the state follows the name, which is in parentheses and may hold anything.
fn is_zombie(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .ok()
        .and_then(|stat| Some(stat.rsplit_once(") ")?.1.starts_with('Z')))
        .unwrap_or(false)
}

/// Whether the process `pid` is a PostgreSQL that works on the directory. Where the
/// system does not tell, the answer is yes: it is only asked before removing a file.
pub(crate) fn is_postgres_on(pid: u32, directory: &Path) -> bool {
    if !is_alive(pid) {
        return false;
    }
    if name(pid).is_some_and(|name| name != "postgres" && name != "postmaster") {
        return false;
    }
    // PostgreSQL's processes stand in their data directory.
    match (working_directory(pid), directory.canonicalize()) {
        (Some(stands_in), Ok(directory)) => stands_in == directory,
        _ => true,
    }
}

fn name(pid: u32) -> Option<String> {
    if let Ok(name) = std::fs::read_to_string(format!("/proc/{pid}/comm")) {
        return Some(name.trim().to_owned());
    }
    let output = Command::new("ps")
        .args(["-o", "comm=", "-p", &pid.to_string()])
        .output()
        .ok()?;
    // macOS shows the whole path.
    let name = String::from_utf8_lossy(&output.stdout);
    let name = Path::new(name.trim()).file_name()?;
    Some(name.to_string_lossy().into_owned())
}

fn working_directory(pid: u32) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{pid}/cwd")).ok()
}

/// Whether any process of this group is there.
pub(crate) fn is_group_alive(group: u32) -> bool {
    as_pid(group).is_some_and(|group| rustix::process::test_kill_process_group(group).is_ok())
}

pub(crate) fn as_pid(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_alive_and_is_no_postgres() {
        assert!(is_alive(std::process::id()));
        assert!(!is_postgres_on(std::process::id(), Path::new("/")));
    }

    #[test]
    fn a_process_that_has_ended_is_not_alive() {
        let mut child = Command::new("true").spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        assert!(!is_alive(pid));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_that_was_not_collected_is_not_alive() {
        let mut child = Command::new("cat")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        assert!(is_alive(child.id()));
        child.kill().unwrap();
        // A dead process becomes a zombie just after its pipes close.
        while is_alive(child.id()) {
            std::thread::yield_now();
        }
        assert!(is_zombie(child.id()));
        child.wait().unwrap();
    }
}
