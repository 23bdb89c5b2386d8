use std::time::Duration;

use super::{Limits, Options, Selection, Target, Template, commands, run};
use crate::{
    compare::{Answer, Rules},
    double,
    report::{Report, Verdict},
};

pub fn options(to: &str) -> Options {
    Options {
        to: Some(Target::parse(to).unwrap()),
        limits: Limits {
            time: Duration::from_secs(20),
            size: 1 << 20,
        },
        tolerance: Duration::from_secs(5),
        rules: Rules::default(),
        headers: Vec::new(),
        loose_layout: false,
        strict: false,
        fail_fast: false,
        selection: Selection::default(),
        create_user: None,
        before: None,
        cli: None,
        start: None,
        jwks_listen: None,
        serve_issuer: false,
    }
}

async fn replay(spoil: impl Fn(usize, &mut Answer) + Send + Sync + 'static) -> Report {
    let (origin, complaints) = double::serve(double::notes(), spoil).await;
    let report = run(double::notes(), &options(&origin), |_| {})
        .await
        .unwrap();
    assert_eq!(complaints.lock().unwrap().as_slice(), &[] as &[String]);
    report
}

#[tokio::test]
async fn a_faithful_backend_matches_in_all_185_exchanges() {
    let report = replay(|_, _| {}).await;
    let wrong: Vec<_> = report
        .outcomes
        .iter()
        .filter(|o| o.verdict != Verdict::Matched)
        .collect();
    let lines: Vec<String> = wrong
        .iter()
        .flat_map(|o| o.differences.iter().map(|d| crate::report::describe(o, d)))
        .collect();
    assert!(wrong.is_empty(), "{lines:#?}");
    assert_eq!(report.outcomes.len(), 185);
}
