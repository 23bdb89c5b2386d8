//! Tasks over HTTP, through the whole app, on each engine.

use serde_json::{Value, json};
use underpin::{
    db::Engine,
    http::Method,
    testing::{Person, Reply},
};

use crate::app::people::Todo;

const TASKS: &str = "/api/v1/tasks";

async fn make(person: &Person, task: Value) -> Value {
    person.post(TASKS, task).await.expect_status(201).body()
}

async fn titles(person: &Person, query: &str) -> Vec<String> {
    let tasks = person.get(&format!("{TASKS}{query}")).await.ok();
    let titles = tasks.as_array().unwrap().iter();
    titles
        .map(|task| task["title"].as_str().unwrap().to_owned())
        .collect()
}

/// What is complained of: type, place, sentence.
fn faults(reply: Reply) -> Vec<(String, Value, String)> {
    let body = reply.expect_status(422).body();
    let faults = body["detail"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    faults
        .map(|fault| {
            (
                text(&fault["type"]),
                fault["loc"].clone(),
                text(&fault["msg"]),
            )
        })
        .collect()
}

fn kinds(reply: Reply) -> Vec<String> {
    faults(reply).into_iter().map(|(kind, _, _)| kind).collect()
}

#[underpin::test]
async fn a_task_belongs_to_its_maker(engine: Engine) {
    let todo = Todo::start(engine).await;
    let (ann, bob) = (todo.someone("ann"), todo.someone("bob"));
    let stranger = todo.app.stranger();
    let task = json!({ "title": "Buy milk", "priority": "Low" });
    let id = make(&ann, task.clone()).await["id"].clone();
    let one = format!("{TASKS}/{id}");
    let toggle = format!("{one}/complete");
    let change = json!({ "title": "stolen", "user_id": "bob" });
    for (person, expected) in [(&stranger, 401), (&bob, 404)] {
        person.get(&one).await.expect_status(expected);
        person
            .put(&one, change.clone())
            .await
            .expect_status(expected);
        let toggled = person.json(Method::PATCH, &toggle, &json!({})).await;
        toggled.expect_status(expected);
        person.delete(&one).await.expect_status(expected);
    }
    stranger.get(TASKS).await.expect_status(401);
    stranger.post(TASKS, task).await.expect_status(401);
    assert!(titles(&bob, "").await.is_empty());
    let missing = bob.get(&one).await;
    assert_eq!(
        missing.expect_status(404).text(),
        r#"{"detail":"Task not found"}"#
    );
    assert_eq!(ann.get(&one).await.ok()["title"], "Buy milk");
    ann.delete(&one).await.expect_status(204);
    ann.delete(&one).await.expect_status(404);
}

#[underpin::test]
async fn a_new_task_has_every_key_in_order(engine: Engine) {
    let todo = Todo::start(engine).await;
    let ann = todo.someone("ann");
    let task = json!({
        "title": "Ünïcödé ✓", "description": "", "priority": "High",
        "tags": ["a,b", "", "\"q\"", "{x}", "a,b"], "due_date": "2026-11-24", "recurring": "weekly",
        "completed": true, "id": 77, "user_id": "mallory", "colour": "red",
    });
    let reply = ann.post(TASKS, task).await.expect_status(201);
    assert_eq!(
        reply.text(),
        r#"{"id":1,"user_id":"ann","title":"Ünïcödé ✓","description":"","completed":false,"priority":"High","tags":["a,b","","\"q\"","{x}","a,b"],"due_date":"2026-11-24","recurring":"weekly","created_at":"2024-10-04T00:00:00","updated_at":"2024-10-04T00:00:00"}"#
    );
    let reply = ann
        .post(TASKS, json!({ "title": " ", "priority": "Low" }))
        .await;
    assert_eq!(
        reply.expect_status(201).text(),
        r#"{"id":2,"user_id":"ann","title":" ","description":null,"completed":false,"priority":"Low","tags":[],"due_date":null,"recurring":null,"created_at":"2024-10-04T00:00:00","updated_at":"2024-10-04T00:00:00"}"#
    );
    let long = "x".repeat(100_000);
    let task = json!({ "title": "t".repeat(200), "priority": "Low", "description": long });
    assert_eq!(make(&ann, task).await["description"], long);
    let too_long = json!({ "title": "t", "priority": "Low", "description": "x".repeat(1 << 20) });
    ann.post(TASKS, too_long).await.expect_status(413);
}

#[underpin::test]
async fn a_change_keeps_what_was_not_sent(engine: Engine) {
    let todo = Todo::start(engine).await;
    let ann = todo.someone("ann");
    let task = json!({
        "title": "a", "description": "d", "priority": "Low", "tags": ["t"],
        "due_date": "2026-01-01", "recurring": "daily",
    });
    let made = make(&ann, task).await;
    todo.app
        .clock()
        .advance(chrono::TimeDelta::microseconds(1_000_001));
    let one = format!("{TASKS}/{}", made["id"]);
    let mut expected = made.clone();
    expected["updated_at"] = json!("2024-10-04T00:00:01.000001");
    assert_eq!(ann.put(&one, json!({})).await.ok(), expected);
    for change in [
        json!({ "title": "b" }),
        json!({ "priority": "High", "tags": [] }),
        json!({ "completed": true }),
        json!({ "completed": "oFF" }),
        json!({ "completed": 1.0 }),
        json!({ "tags": ["x", "x"] }),
        json!({ "description": null, "due_date": null, "recurring": null }),
    ] {
        for (name, value) in change.as_object().unwrap() {
            expected[name] = match (name.as_str(), value.as_str()) {
                ("completed", Some("oFF")) => json!(false),
                ("completed", _) => json!(true),
                _ => value.clone(),
            };
        }
        assert_eq!(ann.put(&one, change).await.ok(), expected);
    }
    for name in ["title", "priority", "tags", "completed"] {
        let refused = faults(ann.put(&one, json!({ name: null })).await);
        assert_eq!(refused[0].1, json!(["body", name]));
    }
    assert_eq!(ann.get(&one).await.ok(), expected);
}

#[underpin::test]
async fn completing_turns_over_and_reads_no_body(engine: Engine) {
    let todo = Todo::start(engine).await;
    let ann = todo.someone("ann");
    let id = make(&ann, json!({ "title": "a", "priority": "Low" })).await["id"].clone();
    let toggle = format!("{TASKS}/{id}/complete");
    let json = ann.clone().with_header("content-type", "application/json");
    for (body, expected) in [
        ("{}", true),
        (r#"{"completed":true}"#, false),
        ("{\"", true),
    ] {
        let toggled = json.request(Method::PATCH, &toggle, body).await.ok();
        assert_eq!(toggled["completed"], expected);
    }
    let beyond = json
        .request(Method::PATCH, "/api/v1/tasks/9999/complete", "")
        .await;
    beyond.expect_status(404);
}

#[underpin::test]
async fn lists_are_filtered_and_ordered(engine: Engine) {
    let todo = Todo::start(engine).await;
    let ann = todo.someone("ann");
    for (title, priority, tags, due) in [
        ("b", "High", json!(["work", "a,b"]), json!("2026-01-02")),
        ("Z", "Medium", json!(["home"]), json!(null)),
        ("é", "Low", json!(["work"]), json!("2026-01-01")),
        ("1", "High", json!([]), json!("0001-01-01")),
    ] {
        let task = json!({ "title": title, "priority": priority, "tags": tags, "due_date": due });
        make(&ann, task).await;
        todo.app.clock().advance(chrono::TimeDelta::seconds(1));
    }
    let done = json!({ "completed": true });
    ann.put(&format!("{TASKS}/1"), done)
        .await
        .expect_status(200);
    let newest = ["1", "é", "Z", "b"];
    for (query, expected) in [
        ("", &newest[..]),
        ("?sort=", &newest),
        ("?sort=DUE_DATE", &newest),
        ("?sort=-title", &newest),
        ("?search=x&limit=1&page=2&Tag=home", &newest),
        ("?tag=&priority=", &newest),
        ("?sort=priority", &["Z", "é", "b", "1"]),
        ("?sort=due_date", &["1", "é", "b", "Z"]),
        ("?sort=title", &["1", "Z", "b", "é"]),
        ("?tag=work", &["é", "b"]),
        ("?tag=Work", &[]),
        ("?tag=wor", &[]),
        ("?tag=a,b", &["b"]),
        ("?tag=%27%3B--", &[]),
        ("?tag=work&tag=home", &["Z"]),
        ("?priority=High", &["1", "b"]),
        ("?priority=high", &[]),
        ("?completed=true", &["b"]),
        ("?completed=F", &["1", "é", "Z"]),
        ("?completed=yEs&tag=work&priority=High&sort=title", &["b"]),
    ] {
        assert_eq!(titles(&ann, query).await, expected, "{query}");
    }
    for query in ["?completed=", "?completed=maybe", "?completed=%20true"] {
        let reply = ann.get(&format!("{TASKS}{query}")).await;
        let expected = "Input should be a valid boolean, unable to interpret input";
        let place = json!(["query", "completed"]);
        let fault = ("bool_parsing".to_owned(), place, expected.to_owned());
        assert_eq!(faults(reply), [fault]);
    }
    for query in ["?tag=%00", "?priority=a%00"] {
        assert_eq!(
            kinds(ann.get(&format!("{TASKS}{query}")).await),
            ["value_error"]
        );
    }
}

#[underpin::test]
async fn a_number_in_the_address_is_read_as_pydantic_does(engine: Engine) {
    let todo = Todo::start(engine).await;
    let ann = todo.someone("ann");
    make(&ann, json!({ "title": "a", "priority": "Low" })).await;
    for good in ["1", "+1", "01", "1.0", "%201", "0_1"] {
        ann.get(&format!("{TASKS}/{good}")).await.expect_status(200);
    }
    ann.get("/api/v1/tasks%2F1").await.expect_status(200);
    let beyond = "9".repeat(40);
    for missing in [
        "0",
        "-1",
        "2",
        "2147483648",
        "9223372036854775808",
        "-99999999999999999999",
        &beyond,
    ] {
        ann.get(&format!("{TASKS}/{missing}"))
            .await
            .expect_status(404);
        ann.delete(&format!("{TASKS}/{missing}"))
            .await
            .expect_status(404);
    }
    for wrong in ["abc", "1e1", "0x1", "1.5", "%31%00"] {
        assert_eq!(
            kinds(ann.get(&format!("{TASKS}/{wrong}")).await),
            ["int_parsing"]
        );
    }
    let absurd = "9".repeat(5000);
    assert_eq!(
        kinds(ann.get(&format!("{TASKS}/{absurd}")).await),
        ["int_parsing_size"]
    );
}

#[underpin::test]
async fn every_fault_is_told_in_one_answer(engine: Engine) {
    let todo = Todo::start(engine).await;
    let ann = todo.someone("ann");
    let eleven: Vec<u32> = (0..11).collect();
    let task = json!({
        "title": "", "priority": "Urgent", "tags": eleven, "due_date": "tomorrow", "recurring": "yearly",
    });
    let found = faults(ann.post(TASKS, task.clone()).await);
    let expected = [
        (
            "string_too_short",
            "title",
            "String should have at least 1 character",
        ),
        (
            "string_pattern_mismatch",
            "priority",
            "String should match pattern '^(High|Medium|Low)$'",
        ),
        (
            "too_long",
            "tags",
            "List should have at most 10 items after validation, not 11",
        ),
        (
            "date_from_datetime_parsing",
            "due_date",
            "Input should be a valid date or datetime, input is too short",
        ),
        (
            "string_pattern_mismatch",
            "recurring",
            "String should match pattern '^(daily|weekly|monthly)$'",
        ),
    ];
    let expected = expected
        .map(|(kind, name, text)| (kind.to_owned(), json!(["body", name]), text.to_owned()));
    assert_eq!(found, expected);
    let both = ann
        .put("/api/v1/tasks/abc", json!({ "completed": 0.5 }))
        .await;
    assert_eq!(kinds(both), ["int_parsing", "bool_type"]);
    let missing = ann.put("/api/v1/tasks/9999", task).await;
    missing.expect_status(422);
}

#[underpin::test]
async fn what_cannot_be_kept_is_refused_not_a_failure(engine: Engine) {
    let todo = Todo::start(engine).await;
    let ann = todo.someone("ann");
    let json = ann.clone().with_header("content-type", "application/json");
    make(&ann, json!({ "title": "a", "priority": "Low" })).await;
    for (body, place) in [
        (
            r#"{"title":"a\u0000b","priority":"Low"}"#,
            json!(["body", "title"]),
        ),
        (
            r#"{"title":"a","priority":"Low","description":"\u0000"}"#,
            json!(["body", "description"]),
        ),
        (
            r#"{"title":"a","priority":"Low","tags":["x","\u0000"]}"#,
            json!(["body", "tags", 1]),
        ),
        (
            r#"{"title":"\ud800","priority":"Low"}"#,
            json!(["body", "title"]),
        ),
        (
            r#"{"title":"a","priority":"Low","due_date":NaN}"#,
            json!(["body", "due_date"]),
        ),
    ] {
        let found = faults(json.request(Method::POST, TASKS, body).await);
        assert_eq!(found.len(), 1, "{body}");
        assert_eq!(found[0].1, place, "{body}");
        let found = faults(json.request(Method::PUT, "/api/v1/tasks/1", body).await);
        assert_eq!(found[0].1, place, "{body}");
    }
}

#[underpin::test]
async fn a_day_may_be_spelled_as_pydantic_reads_it(engine: Engine) {
    let todo = Todo::start(engine).await;
    let ann = todo.someone("ann");
    let due = async |value: Value| {
        let task = json!({ "title": "a", "priority": "Low", "due_date": value });
        ann.post(TASKS, task).await
    };
    for (sent, expected) in [
        (json!("2026-01-15T00:00:00"), "2026-01-15"),
        (json!("2026-01-15T00:00:00.000000+05:00"), "2026-01-15"),
        (json!("2026-01-15 00:00"), "2026-01-15"),
        (json!("2026-01-15T00:00:00Z"), "2026-01-15"),
        (json!(1_768_435_200), "2026-01-15"),
        (json!("1768435200"), "2026-01-15"),
        (json!(1_768_435_200_000_i64), "2026-01-15"),
        (json!(0), "1970-01-01"),
        (json!(-86_400), "1969-12-31"),
        (json!("0001-01-02"), "0001-01-02"),
        (json!("9999-12-31"), "9999-12-31"),
    ] {
        let made = due(sent.clone()).await.expect_status(201).body();
        assert_eq!(made["due_date"], expected, "{sent}");
    }
    for sent in [
        "2026-1-5",
        "20260115",
        "2026/01/15",
        "2026-W03-4",
        " 2026-01-15",
        "0000-01-01",
        "2026-02-30",
    ] {
        assert_eq!(kinds(due(json!(sent)).await).len(), 1, "{sent}");
    }
    assert_eq!(kinds(due(json!(true)).await), ["date_type"]);
}

#[underpin::test]
async fn other_methods_and_slashes_are_answered_as_ever(engine: Engine) {
    let todo = Todo::start(engine).await;
    let stranger = todo.app.stranger();
    for (method, path, allow) in [
        (Method::PUT, TASKS, "GET"),
        (Method::HEAD, TASKS, "GET"),
        (Method::OPTIONS, TASKS, "GET"),
        (Method::PATCH, "/api/v1/tasks/1", "GET"),
        (Method::GET, "/api/v1/tasks/1/complete", "PATCH"),
    ] {
        let reply = stranger.request(method.clone(), path, "").await;
        assert_eq!(
            reply.expect_status(405).header("allow"),
            allow,
            "{method} {path}"
        );
    }
    for method in [Method::GET, Method::POST, Method::DELETE] {
        let reply = stranger.request(method, "/api/v1/tasks/1/?a=b", "").await;
        let location = reply.expect_status(307).header("location").to_owned();
        assert_eq!(location, "http://test/api/v1/tasks/1?a=b");
    }
    for unknown in ["//api/v1/tasks", "/API/v1/tasks", "/api/v1/auth/login"] {
        stranger.get(unknown).await.expect_status(404);
    }
}
