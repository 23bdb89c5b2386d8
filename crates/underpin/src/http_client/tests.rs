//! Against a real server on the loopback: limits, refusals, and what errors may say.

use serde_json::json;

use super::{
    test_server::{Answer, TestServer},
    *,
};

const LIMITS: Limits = Limits {
    bytes: 1000,
    time: Duration::from_secs(10),
};

async fn problem(url: &str, limits: Limits) -> FetchProblem {
    let answer = HttpClient::new().get_json(url, None, limits).await;
    answer.unwrap_err().problem
}

#[tokio::test]
async fn json_comes_back_and_the_token_goes_out() {
    let server = TestServer::start().await;
    server.answer("/data", Answer::Json(json!({"a": [1, null]})));
    server.answer("/echo", Answer::EchoBearer);
    let client = HttpClient::new();
    let data = client
        .get_json(&server.url("/data?x=1"), None, LIMITS)
        .await;
    assert_eq!(data, Ok(json!({"a": [1, null]})));
    let token = Secret::new("abc".to_owned());
    let echo = client
        .get_json(&server.url("/echo"), Some(&token), LIMITS)
        .await;
    assert_eq!(echo, Ok(json!("Bearer abc")));
}

#[tokio::test]
async fn anything_but_a_2xx_is_an_error_and_redirects_stay_where_they_are() {
    let server = TestServer::start().await;
    server.answer("/there", Answer::Json(json!(1)));
    server.answer("/moved", Answer::Redirect(server.url("/there")));
    server.answer("/broken", Answer::Body(500, b"{}".to_vec()));
    let moved = problem(&server.url("/moved"), LIMITS).await;
    assert_eq!(moved, FetchProblem::Status(http::StatusCode::FOUND));
    assert_eq!(server.asked("/there"), 0);
    let broken = problem(&server.url("/broken"), LIMITS).await;
    assert_eq!(
        broken,
        FetchProblem::Status(http::StatusCode::INTERNAL_SERVER_ERROR)
    );
}

#[tokio::test]
async fn size_time_and_shape_are_bounded() {
    let server = TestServer::start().await;
    server.answer(
        "/fits",
        Answer::Body(200, [b"1", &[b' '; 999][..]].concat()),
    );
    server.answer(
        "/long",
        Answer::Body(200, [b"1", &[b' '; 1000][..]].concat()),
    );
    server.answer("/deep", Answer::Body(200, vec![b'['; 1000]));
    server.answer("/hang", Answer::Hang);
    server.answer("/close", Answer::Close);
    let fits = HttpClient::new()
        .get_json(&server.url("/fits"), None, LIMITS)
        .await;
    assert_eq!(fits, Ok(json!(1)));
    assert_eq!(
        problem(&server.url("/long"), LIMITS).await,
        FetchProblem::TooLarge(1000)
    );
    assert_eq!(
        problem(&server.url("/deep"), LIMITS).await,
        FetchProblem::NotJson
    );
    let time = Duration::from_millis(50);
    let hang = problem(&server.url("/hang"), Limits { time, ..LIMITS }).await;
    assert_eq!(hang, FetchProblem::TooSlow(time));
    let closed = problem(&server.url("/close"), LIMITS).await;
    assert!(matches!(closed, FetchProblem::Unreachable(_)), "{closed}");
}

#[tokio::test]
async fn only_http_addresses_without_a_user_are_asked() {
    for address in [
        "",
        "/path",
        "ftp://host/x",
        "file:///etc/passwd",
        "http://",
        "http://a:b@host/",
        "a b",
    ] {
        assert_eq!(
            problem(address, LIMITS).await,
            FetchProblem::Address,
            "{address}"
        );
    }
}

#[tokio::test]
async fn an_error_names_the_host_and_neither_query_nor_token() {
    let token = Secret::new("t0ken".to_owned());
    let client = HttpClient::new();
    let url = "http://127.0.0.1:1/path?secret=1";
    let error = client
        .get_json(url, Some(&token), LIMITS)
        .await
        .unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(
        text.contains("127.0.0.1:1") && text.contains("refused"),
        "{text}"
    );
    assert!(
        !text.contains("secret") && !text.contains("t0ken"),
        "{text}"
    );
    let bad = Secret::new("t0ken\r\nx: y".to_owned());
    let error = client.get_json(url, Some(&bad), LIMITS).await.unwrap_err();
    assert_eq!(error.problem(), &FetchProblem::Token);
}
