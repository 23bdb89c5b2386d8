//! Accounts over HTTP: addresses and shapes. What a password is worth is decided below.

use underpin::{
    Context, Provide, Result, Secret, StartError,
    auth::bearer::bearer,
    get,
    http::{Created, Exchange, Input, Json, Router, Valid},
    openapi::Operation,
    post, routes,
};

use super::{
    model::{Caller, Credentials, Token},
    service::AccountsService,
    tokens::Tokens,
    unknown_caller,
};

pub fn router() -> Router {
    Router::new("/auth")
        .tag("auth")
        .routes(routes![signup, login, me])
}

/// Make an account, and log in.
#[post("/signup", fails(409, 422))]
async fn signup(accounts: AccountsService, body: Valid<Credentials>) -> Result<Created<Token>> {
    let Credentials { username, password } = body.into_inner();
    Ok(Created(accounts.sign_up(&username, &password).await?))
}

/// Log in.
#[post("/login", fails(401))]
async fn login(accounts: AccountsService, body: Valid<Credentials>) -> Result<Json<Token>> {
    let Credentials { username, password } = body.into_inner();
    Ok(Json(accounts.login(&username, &password).await?))
}

/// Who I am.
#[get("/me")]
async fn me(caller: Me) -> Json<Caller> {
    Json(Caller { username: caller.0 })
}

/// The user who is calling. Without a good token the handler is not reached.
struct Me(String);

impl Input for Me {
    type Prepared = Tokens;
    const GUARD: bool = true;

    fn prepare(context: &Context) -> Result<Tokens, StartError> {
        Tokens::provide(context)
    }

    fn describe(operation: &mut Operation, _: &'static str) {
        operation.fails_with(401);
    }

    async fn extract(
        tokens: &Tokens,
        _: &'static str,
        exchange: &mut Exchange,
    ) -> Result<Option<Self>> {
        let token = bearer(exchange.headers()).map_err(|_| unknown_caller())?;
        let name = tokens.read(&Secret::new(token.to_owned()));
        name.map(|name| Some(Self(name))).ok_or_else(unknown_caller)
    }
}
