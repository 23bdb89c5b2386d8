//! One handler for whatever no route answers.

use underpin::{
    App, Result,
    db::Engine,
    get,
    http::{Body, Handler, Method, Response, Router, Text},
    routes,
    testing::TestApp,
};

#[get("/known")]
async fn known() -> Result<Text> {
    Ok(Text("known".to_owned()))
}

fn app() -> App {
    App::new("open", "1")
        .feature(Router::new("").routes(routes![known]))
        .without_pages()
        .fallback(|_| {
            Ok(Handler::new(async |exchange| {
                let told = format!("{} {}", exchange.method(), exchange.uri());
                Response::new(Body::from(told))
            }))
        })
}

#[underpin::test]
async fn a_fallback_sees_every_path_and_method_that_no_route_answers() {
    let stranger = TestApp::new(app(), Engine::Sqlite).await.stranger();
    assert_eq!(stranger.get("/known").await.text(), "known");
    for path in ["/", "/a%2Fb?c=d", "/docs", "/known/", "//known"] {
        let told = stranger.get(path).await.expect_status(200);
        assert_eq!(told.text(), format!("GET {path}"));
    }
    let made_up = Method::from_bytes(b"BREW").expect("a method");
    for method in [Method::POST, Method::OPTIONS, made_up] {
        let told = stranger.request(method.clone(), "/known", "").await;
        assert_eq!(told.text(), format!("{method} /known"));
    }
}
