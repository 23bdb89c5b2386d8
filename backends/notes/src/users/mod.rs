//! The people who have notes: accounts at rest, and the verb `users`. Who is calling is `auth`.

mod command;
mod model;
mod repository;
mod service;
#[cfg(test)]
mod tests;

use underpin::Feature;

pub use model::{User, UserId};
pub use service::UsersService;

/// The verb `users`; its addresses are those of `auth` and `settings`.
pub fn feature() -> Feature {
    Feature::default().command(command::users())
}
