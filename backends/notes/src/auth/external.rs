//! The identity provider's tokens (contract section 5.3): whom they name, and who is made at first sight.

use underpin::{Context, Provide, Result, Secret, StartError};

use crate::users::{User, UsersService};

#[derive(Clone, Debug, Provide)]
pub struct External {
    users: UsersService,
}

impl External {
    pub async fn authenticate(&self, _token: &Secret<String>) -> Result<Option<User>> {
        let _ = &self.users;
        Ok(None)
    }
}

pub async fn check(_: Context) -> Result<(), StartError> {
    Ok(())
}
