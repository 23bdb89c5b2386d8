//! How the program is linked: the list of addresses that are set at its start takes 1.5 MB, all of which is read
//! and stays in memory. The short form of the list takes a thirtieth; glibc reads it from version 2.36 on.

use std::{env, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |part: &str| env::var_os(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    let is_glibc = target("OS") == "linux" && target("ENV") == "gnu";
    let is_here = env::var_os("HOST") == env::var_os("TARGET");
    if is_glibc && is_here && glibc().is_some_and(|version| version >= (2, 36)) {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// The version of this machine's glibc.
fn glibc() -> Option<(u32, u32)> {
    let told = Command::new("getconf").arg("GNU_LIBC_VERSION").output();
    let told = String::from_utf8(told.ok()?.stdout).ok()?;
    let (major, minor) = told.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
