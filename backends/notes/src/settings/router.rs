//! The settings pages over HTTP: addresses, shapes.

use underpin::{
    Result, delete, get,
    http::{Download, Json, Router, Valid},
    post, routes,
};

use super::{
    export::Exporter,
    model::{AccountDeleteRequest, PasswordChangeRequest, UserInfoResponse},
    service::SettingsService,
};
use crate::app::auth::{CurrentUser, MessageResponse};

pub fn router() -> Router {
    Router::new("/api/settings").tag("settings").routes(routes![
        user_info,
        change_password,
        export_notes,
        delete_account
    ])
}

/// My account.
#[get("/user-info")]
async fn user_info(me: CurrentUser, settings: SettingsService) -> Result<Json<UserInfoResponse>> {
    Ok(Json(settings.user_info(me.0).await?))
}

/// Change my password. Tokens given before stay valid.
#[post("/change-password", fails(400))]
async fn change_password(
    me: CurrentUser,
    settings: SettingsService,
    body: Valid<PasswordChangeRequest>,
) -> Result<Json<MessageResponse>> {
    settings
        .change_password(&me, &body.current_password, &body.new_password)
        .await?;
    Ok(Json(MessageResponse {
        message: "Password changed successfully".to_owned(),
    }))
}

/// Download my notes as an archive of Markdown files.
#[get("/export-notes", media_type = "application/zip", fails(503))]
async fn export_notes(me: CurrentUser, exporter: Exporter) -> Result<Download> {
    exporter.archive(me.id).await
}

/// Delete my account with all my notes.
#[delete("/delete-account")]
async fn delete_account(
    me: CurrentUser,
    settings: SettingsService,
    body: Valid<AccountDeleteRequest>,
) -> Result<Json<MessageResponse>> {
    settings.delete_account(&me, &body.password).await?;
    let message = format!("Account '{}' deleted successfully", me.username);
    Ok(Json(MessageResponse { message }))
}
