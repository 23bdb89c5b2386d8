//! What owners may do to their account, and what they must prove for it (contract section 8).

use underpin::{Error, Provide, Result, Secret};

use super::model::UserInfoResponse;
use crate::app::{
    auth::unknown_caller,
    notes::NotesService,
    users::{User, UsersService},
};

#[derive(Clone, Debug, Provide)]
pub struct SettingsService {
    users: UsersService,
    notes: NotesService,
}

impl SettingsService {
    pub async fn user_info(&self, me: User) -> Result<UserInfoResponse> {
        let notes_count = self.notes.count(me.id).await?;
        Ok(UserInfoResponse {
            username: me.username,
            email: me.email,
            created_at: me.created_at,
            notes_count,
            auth_provider: me.auth_provider.as_str().to_owned(),
        })
    }

    /// A wrong password is a 401 without a challenge: the frontend was written against it.
    pub async fn change_password(
        &self,
        me: &User,
        current: &Secret<String>,
        new: &Secret<String>,
    ) -> Result<()> {
        let verified = if me.auth_provider.is_local() {
            self.users.is_password(me, current).await?
        } else {
            None
        };
        let Some(verified) = verified else {
            return Err(Error::bad_request(
                "Password change is not available for OIDC accounts. \
                 Please change your password through your identity provider.",
            ));
        };
        if !verified {
            return Err(Error::unauthorized("Current password is incorrect"));
        }
        // Asked of the hash, so that two passwords which bcrypt cannot tell apart count as the same.
        if self.users.is_password(me, new).await? == Some(true) {
            return Err(Error::bad_request(
                "New password must be different from current password",
            ));
        }
        let changed = self.users.set_password(me.id, new).await?;
        changed.then_some(()).ok_or_else(unknown_caller)
    }

    /// Whoever has a password must show it; for others any confirmation does.
    pub async fn delete_account(&self, me: &User, password: &Secret<String>) -> Result<()> {
        if self.users.is_password(me, password).await? == Some(false) {
            return Err(Error::unauthorized("Password is incorrect"));
        }
        let deleted = self.users.delete(me.id).await?;
        deleted.then_some(()).ok_or_else(unknown_caller)
    }
}
