//! The one place of this crate that reads the process environment.

use std::path::PathBuf;

/// The directories of `PATH`, in order. Relative entries are left out: what they
/// name depends on the directory somebody happens to stand in.
pub(crate) fn search_path() -> Vec<PathBuf> {
    let Some(path) = std::env::var_os("PATH") else {
        return Vec::new();
    };
    std::env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .collect()
}

/// Where temporary directories go: `TMPDIR` where it is set, then the two that every
/// Unix has.
pub(crate) fn temporary_directories() -> Vec<PathBuf> {
    let mut directories = Vec::new();
    if let Ok(directory) = std::path::absolute(std::env::temp_dir()) {
        directories.push(directory);
    }
    for fixed in ["/tmp", "/var/tmp"] {
        if directories.iter().all(|known| known != fixed) {
            directories.push(PathBuf::from(fixed));
        }
    }
    directories
}

/// The user's cache directory: `XDG_CACHE_HOME`, else `~/.cache`.
pub(crate) fn user_cache_directory() -> Option<PathBuf> {
    std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|directory| directory.is_absolute())
        .or_else(|| Some(std::env::home_dir()?.join(".cache")))
}
