//! The operations tagged Auth, a module for what belongs together.

mod browser;
mod login;
mod oauth;
mod outside_issuer;
mod password_reset;
mod refresh_token;
