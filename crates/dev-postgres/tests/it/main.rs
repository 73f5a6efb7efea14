//! The crate on a real PostgreSQL.

#[cfg(test)]
mod ownership;
#[cfg(test)]
mod persistent;
#[cfg(test)]
mod support;
#[cfg(test)]
mod temporary;
