//! Login over HTTP: addresses, shapes. What a token is worth is decided below.

use underpin::{
    Result, get,
    http::{Json, Router, Valid},
    post, routes,
};

use super::{
    caller::CurrentUser,
    model::{MessageResponse, RefreshTokenRequest, Token, UserLogin, UserResponse},
    service::AuthService,
};
use crate::app::health::Health;

pub fn router() -> Router {
    Router::new("/api/auth")
        .tag("authentication")
        .routes(routes![login, refresh, logout, me, health])
}

/// Log in with a name and a password.
#[post("/login", fails(401))]
async fn login(auth: AuthService, body: Valid<UserLogin>) -> Result<Json<Token>> {
    let UserLogin { username, password } = body.into_inner();
    Ok(Json(auth.login(&username, &password).await?))
}

/// Exchange a refresh token for new tokens. The old one stays valid.
#[post("/refresh", fails(401))]
async fn refresh(auth: AuthService, body: Valid<RefreshTokenRequest>) -> Result<Json<Token>> {
    Ok(Json(auth.refresh(&body.refresh_token).await?))
}

/// Log out. Tokens are not revoked: the client forgets them.
#[post("/logout")]
async fn logout(me: CurrentUser) -> Json<MessageResponse> {
    let message = format!("User {} logged out successfully", me.username);
    Json(MessageResponse { message })
}

/// Who I am.
#[get("/me")]
async fn me(caller: CurrentUser) -> Json<UserResponse> {
    Json(UserResponse {
        username: caller.0.username,
    })
}

/// Whether this part of the service answers.
#[get("/health")]
async fn health() -> Json<Health> {
    Json(Health::new("Authentication service is healthy"))
}
