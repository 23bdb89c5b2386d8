//! Tests of what a recording needs around it: scenarios, commands, keys, an identity provider.

use super::{candidate, entry, options, recording, verdicts};
use crate::{
    double,
    replay::{
        Options, Outgoing, Target, Template, client, now, run,
        stand_in::{StandIn, serve},
    },
    report::Verdict,
};

#[tokio::test]
async fn a_scenario_is_started_by_a_command_that_may_say_where() {
    let origin = candidate(|_| (200, "{}".to_owned())).await;
    let directory = tempfile::tempdir().unwrap();
    let seen = directory.path().join("seen");
    let script = format!(
        "echo \"$1 $2 $UNDERPIN_PAGE $UNDERPIN_START_DATA $(cat)\" >> {}; sleep 3 & echo {origin}",
        seen.display()
    );
    let start = format!("sh -c '{script}' sh {{page}} {{startData}}");
    let entries = [("one", "/a"), ("one", "/b"), ("two", "/c")].map(|(page, path)| {
        entry(
            &format!("\"pageref\":\"{page}\","),
            &format!("GET {path}"),
            200,
            "{}",
        )
    });
    let pages = "\"pages\":[{\"id\":\"one\",\"_startData\":\"x.json\"},{\"id\":\"two\"}],";
    let options = Options {
        to: None,
        start: Some(Template::parse(&start).unwrap()),
        ..options(&origin)
    };
    let report = run(&recording(&entries.join(","), pages), &options, |_| {})
        .await
        .unwrap();
    assert_eq!(verdicts(&report), [&Verdict::Matched; 3]);
    assert_eq!(
        std::fs::read_to_string(seen).unwrap(),
        "one x.json one x.json {\"id\":\"one\",\"_startData\":\"x.json\"}\ntwo  two  {\"id\":\"two\"}\n"
    );
}

#[tokio::test]
async fn a_scenarios_keys_are_variables_and_its_data_are_not_generated() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("d.json");
    std::fs::write(&data, r#"{"a":[{"id":"abc12345"}]}"#).unwrap();
    let origin = candidate(|request| match request {
        "GET /old" => (200, r#"{"id":"zyx98765"}"#.to_owned()),
        _ => (200, r#"{"id":"uvw98765"}"#.to_owned()),
    })
    .await;
    let entries = [("/old", "abc12345"), ("/new", "def12345")].map(|(path, id)| {
        entry(
            "\"pageref\":\"p\",",
            &format!("GET {path}"),
            200,
            &format!("{{\"id\":\"{id}\"}}"),
        )
    });
    let pages = "\"pages\":[{\"id\":\"p\",\"_startData\":\"d.json\",\"_args\":null,\
        \"_sqlBefore\":[\"A\",\"B\"],\"_routes\":{\"/a\":\"/b\"}}],";
    let mut recording = recording(&entries.join(","), pages);
    recording.directory = Some(directory.path().to_owned());
    let seen = directory.path().join("seen");
    let start = format!(
        "sh -c 'env | grep -A1 ^UNDERPIN_PAGE | sort > {}'",
        seen.display()
    );
    let options = Options {
        start: Some(Template::parse(&start).unwrap()),
        ..options(&origin)
    };
    let report = run(&recording, &options, |_| {}).await.unwrap();
    assert_eq!(
        verdicts(&report),
        [&Verdict::Mismatched, &Verdict::Matched],
        "only what the start data do not hold may be another id"
    );
    let seen = std::fs::read_to_string(seen).unwrap();
    for line in [
        "UNDERPIN_PAGE=p",
        "UNDERPIN_PAGE_START_DATA=d.json",
        "UNDERPIN_PAGE_SQL_BEFORE=A",
        "B",
        "UNDERPIN_PAGE_ROUTES={\"/a\":\"/b\"}",
    ] {
        assert!(seen.lines().any(|own| own == line), "{line} in {seen}");
    }
    assert!(!seen.contains("ARGS"), "{seen}");
}

#[tokio::test]
async fn what_happened_before_an_exchange_is_done_by_commands() {
    let origin = candidate(|_| (200, "{}".to_owned())).await;
    let directory = tempfile::tempdir().unwrap();
    let seen = directory.path().join("seen");
    let words =
        |text: &str| Template::parse(&text.replace("FILE", &seen.display().to_string())).unwrap();
    let entries = [
        entry(
            "\"_before\":{\"cli\":[\"create\",\"a b\",\"p'w\"]},",
            "GET /",
            200,
            "{}",
        ),
        entry(
            "\"_before\":{\"cli\":\"delete 'a b'\"},",
            "GET /",
            200,
            "{}",
        ),
        entry("\"_before\":{\"action\":\"restart\"},", "GET /", 200, "{}"),
    ];
    let setup =
        "\"_setup\":{\"users_created\":[{\"username\":\"al ice\",\"password\":\"{username}\"}]},";
    let options = Options {
        create_user: Some(words(
            "sh -c 'echo \"user $1 $2\" >> FILE' sh {username} {password}",
        )),
        cli: Some(words("sh -c 'echo \"cli $@\" >> FILE; exit 1' sh")),
        before: Some(words("sh -c 'echo \"$UNDERPIN_BEFORE $(cat)\" >> FILE'")),
        ..options(&origin)
    };
    let report = run(&recording(&entries.join(","), setup), &options, |_| {})
        .await
        .unwrap();
    assert_eq!(verdicts(&report), [&Verdict::Matched; 3]);
    assert_eq!(
        std::fs::read_to_string(&seen).unwrap(),
        "user al ice {username}\ncli create a b p'w\ncli delete a b\n\
         {\"action\":\"restart\"} {\"action\":\"restart\"}\n"
    );
    assert_eq!(
        report.notices.len(),
        2,
        "the failed commands are told: {:?}",
        report.notices
    );
    let failing = Options {
        create_user: Some(words("sh -c 'echo no >&2; exit 3'")),
        ..options
    };
    let error = run(&recording(&entries.join(","), setup), &failing, |_| {})
        .await
        .unwrap_err();
    assert_eq!(error, "creating the user `al ice` failed: no");
}

#[tokio::test]
async fn described_tokens_are_signed_anew() {
    let origin = candidate(|request| {
        let token = request
            .split_once(' ')
            .unwrap()
            .1
            .rsplit_once(' ')
            .map_or("", |(_, t)| t);
        (200, serde_json::to_string(token).unwrap())
    })
    .await;
    let auth = "{\"token\":\"valid\",\"header\":{\"alg\":\"EdDSA\",\"kid\":\"k\"},\
                \"claims\":{\"sub\":\"me\",\"iat\":1795243900,\"exp\":1795244800}}";
    let header = "\"headers\":[{\"name\":\"Authorization\",\"value\":\"bearer a.b.c\"}],\"method\"";
    let valid =
        entry(&format!("\"_auth\":{auth},"), "GET /", 200, "1").replacen("\"method\"", header, 1);
    let forged = valid.replacen("\"valid\"", "\"bad signature\"", 1);
    let garbage = valid.replacen(auth, "{\"token\":\"garbage\"}", 1);
    let listen = free_address();
    let options = Options {
        jwks_listen: Some(listen.clone()),
        ..options(&origin)
    };
    let recording = recording(&[valid, forged, garbage].join(","), "");
    let report = run(&recording, &options, |_| {}).await.unwrap();
    let token = |at: usize| {
        let body: String =
            serde_json::from_slice(&report.outcomes[at].answer.as_ref().unwrap().body).unwrap();
        body
    };
    let keys = fetch(&listen, "/api/auth/jwks").await;
    assert!(verifies(&keys, &token(0)) && !verifies(&keys, &token(1)));
    assert_eq!(token(2), "a.b.c");
    let claims = crate::compare::decode_jwt_part(token(0).split('.').nth(1).unwrap()).unwrap();
    let (issued, expires) = (
        claims.get("iat").unwrap().as_i64(),
        claims.get("exp").unwrap().as_i64(),
    );
    assert_eq!(expires.unwrap() - issued.unwrap(), 900);
    let now = now() / 1_000_000;
    assert!(
        (now - 60..=now).contains(&(issued.unwrap() + 38)),
        "38 s old when recorded"
    );
}

pub fn free_address() -> String {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string()
}

async fn fetch(address: &str, path: &str) -> String {
    let outgoing = Outgoing {
        method: "GET".to_owned(),
        target: path.to_owned(),
        ..Default::default()
    };
    let target = Target::parse(&format!("http://{address}")).unwrap();
    let answer = client::send(&target, &outgoing, options("http://h").limits)
        .await
        .unwrap();
    String::from_utf8(answer.body).unwrap()
}

fn verifies(keys: &str, token: &str) -> bool {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as B64};
    let keys: serde_json::Value = serde_json::from_str(keys).unwrap();
    let key = B64.decode(keys["keys"][0]["x"].as_str().unwrap()).unwrap();
    let (signed, seal) = token.rsplit_once('.').unwrap();
    let key = ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, key);
    key.verify(signed.as_bytes(), &B64.decode(seal).unwrap())
        .is_ok()
}

#[tokio::test]
async fn the_recorded_issuer_answers_as_its_rule_says() {
    let issuer = double::notes().setup.issuer.clone().unwrap();
    let address = serve("127.0.0.1:0", StandIn::Issuer(issuer.clone()))
        .await
        .unwrap()
        .to_string();
    let discovery = fetch(&address, "/.well-known/openid-configuration").await;
    assert_eq!(discovery, issuer.discovery.to_compact());
    assert_eq!(
        fetch(&address, "/jwks.json").await,
        issuer.jwks.to_compact()
    );
    assert_eq!(
        fetch(&address, "/userinfo").await,
        r#"{"error":"invalid_token"}"#
    );
    let token = double::sign(
        "{\"alg\":\"RS256\"}",
        "{\"sub\":\"sub-userinfo-name\"}",
        "x",
    );
    let outgoing = Outgoing {
        method: "GET".to_owned(),
        target: "/userinfo".to_owned(),
        headers: vec![("Authorization".to_owned(), format!("Bearer {token}"))],
        ..Outgoing::default()
    };
    let target = Target::parse(&format!("http://{address}")).unwrap();
    let answer = client::send(&target, &outgoing, options("http://h").limits)
        .await
        .unwrap();
    assert_eq!(
        answer.body,
        br#"{"sub":"sub-userinfo-name","name":"Only Name"}"#
    );
}
