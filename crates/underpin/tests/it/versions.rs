//! Routes that depend on the settings, and faults that only a service can know.

use underpin::{
    App, Context, Error, Result, StartError,
    config::Config,
    db::Engine,
    get,
    http::{Query, Router, Text},
    model, routes,
    testing::TestApp,
    validation::{Fault, Loc},
};

#[derive(Debug, Config)]
struct Settings {
    /// Whether the new version answers.
    #[config(env = "NEW", default = "true")]
    new: bool,
}

fn is_new(context: &Context) -> Result<bool, StartError> {
    Ok(context.get::<Settings>()?.new)
}

fn is_old(context: &Context) -> Result<bool, StartError> {
    Ok(!is_new(context)?)
}

/// As of old.
#[get("")]
async fn old() -> Text {
    Text("old".to_owned())
}

/// As of now.
#[get("")]
async fn new(room: Query<i64>) -> Result<Text> {
    if *room > 7 {
        let loc = vec![Loc::from("query"), Loc::from("room")];
        return Err(Error::invalid(vec![Fault::value_error(
            loc,
            "there is no such room",
            (*room).into(),
        )]));
    }
    Ok(Text("new".to_owned()))
}

fn app() -> App {
    App::new("versions", "1")
        .settings::<Settings>()
        .feature(Router::new("/house").when(is_old).routes(routes![old]))
        .feature(Router::new("/house").when(is_new).routes(routes![new]))
}

#[underpin::test]
async fn the_settings_choose_what_is_served_and_documented() {
    for (value, room) in [("false", ""), ("true", "?room=1")] {
        let app = TestApp::with(app(), Engine::Sqlite, &[("NEW", value)]).await;
        let stranger = app.stranger();
        let text = stranger.get(&format!("/house{room}")).await;
        let summary =
            &stranger.get("/openapi.json").await.ok()["paths"]["/house"]["get"]["summary"];
        let expected = if room.is_empty() {
            ("old", "As of old.")
        } else {
            ("new", "As of now.")
        };
        assert_eq!((text.text(), summary.as_str().unwrap()), expected);
    }
    let document = app().document().unwrap();
    assert_eq!(document["paths"]["/house"]["get"]["summary"], "As of now.");
}

#[underpin::test]
async fn a_services_faults_look_like_all_others() {
    let stranger = TestApp::new(app(), Engine::Sqlite).await.stranger();
    let reply = stranger.get("/house?room=8").await.expect_status(422);
    let expected = r#"{"detail":[{"type":"value_error","loc":["query","room"],"msg":"Value error, there is no such room","input":8,"ctx":{"error":{}}}]}"#;
    assert_eq!(reply.text(), expected);
}

/// Says what a visitor brings, shouted.
fn shouted(value: &serde_json::Value) -> Result<serde_json::Value, String> {
    match value.as_str() {
        Some("nothing") => Err("bring something".to_owned()),
        Some(text) => Ok(text.to_uppercase().into()),
        None => Ok(value.clone()),
    }
}

/// Not more than what two can carry.
fn carried(value: &serde_json::Value) -> Result<serde_json::Value, String> {
    match value.as_i64() {
        Some(weight) if weight % 2 == 1 => Err("two cannot share it".to_owned()),
        _ => Ok(value.clone()),
    }
}

#[model]
struct Visit {
    #[field(max_length = 4, before = shouted)]
    brings: String,
    #[field(ge = 2, after = carried)]
    weight: Option<i64>,
}

mod visits {
    use super::Visit;
    use underpin::{
        http::{Json, Valid},
        post,
    };

    #[post("/visits")]
    pub(super) async fn visit(visit: Valid<Visit>) -> Json<Visit> {
        Json(visit.into_inner())
    }
}

#[underpin::test]
async fn validators_have_their_say_around_the_shape() {
    let app = App::new("visits", "1").feature(Router::new("").routes(routes![visits::visit]));
    let stranger = TestApp::new(app, Engine::Sqlite).await.stranger();
    for (sent, status, expected) in [
        (
            r#"{"brings":"tea","weight":"4"}"#,
            200,
            r#"{"brings":"TEA","weight":4}"#,
        ),
        (
            r#"{"brings":"tea","weight":null}"#,
            200,
            r#"{"brings":"TEA","weight":null}"#,
        ),
        (
            r#"{"brings":"nothing","weight":"3"}"#,
            422,
            r#"{"detail":[{"type":"value_error","loc":["body","brings"],"msg":"Value error, bring something","input":"nothing","ctx":{"error":{}}},{"type":"value_error","loc":["body","weight"],"msg":"Value error, two cannot share it","input":"3","ctx":{"error":{}}}]}"#,
        ),
        (
            r#"{"brings":"teapot","weight":1}"#,
            422,
            r#"{"detail":[{"type":"string_too_long","loc":["body","brings"],"msg":"String should have at most 4 characters","input":"TEAPOT","ctx":{"max_length":4}},{"type":"greater_than_equal","loc":["body","weight"],"msg":"Input should be greater than or equal to 2","input":1,"ctx":{"ge":2}}]}"#,
        ),
    ] {
        let sender = stranger
            .clone()
            .with_header("content-type", "application/json");
        let reply = sender
            .request(underpin::http::Method::POST, "/visits", sent)
            .await;
        assert_eq!(reply.expect_status(status).text(), expected);
    }
}
