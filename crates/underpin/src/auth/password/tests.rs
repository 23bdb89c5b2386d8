//! Against hashes made by the originals' own library (pyca/bcrypt 4.0.1) and by argon2-cffi.

use std::{
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use http::{StatusCode, header};

use super::{workers::Workers, *};
use crate::Clock;

const TWO_A: &str = "$2a$04$CbC0uGcEBk0FcHU0Ehb4Uejb3sB0FeDg/0F/u5uhD0GDNI.GUMwvK";
const TWO_B: &str = "$2b$05$ae2ST52zoQyGsHG3TzGKr.wAJhTiWzdygxazfxBnEf6qCuu7fWLRW";
const TWO_Y: &str = "$2y$04$DklG8/iMsOjWT8QrdSNa3OYNr524vfhXsXdoQBSfthw57lcrq6EFe";
const COST_12: &str = "$2b$12$vDWfjvbCzbggD55fLF8pQ.DY7o5AAv3rihqKcah2piUP1mSTJ14ra";
const ARGON: &str = "$argon2id$v=19$m=1024,t=2,p=1$RWBLWMk+xOd/VeLCg+jRvA$xyBumXZRnS9d+kpmY5bBnZIQkiHmTmoK8vSH2wWqPBs";
const FOUR_LANES: &str = "$argon2id$v=19$m=64,t=1,p=4$o/4vtCv18nykSbITM48Tyw$IwefHyb3XAaCaESrbdF/GOKq43mOeR8hB1VUMgCYnkM";

fn passwords(scheme: Scheme) -> Passwords {
    Passwords::new(&PasswordSettings::new(scheme), Random::repeatable(1)).unwrap()
}

fn bcrypt_passwords() -> Passwords {
    passwords(Scheme::Bcrypt { cost: 4 })
}

async fn verdict(password: &str, stored: &str) -> Verdict {
    let password = Secret::new(password.to_owned());
    bcrypt_passwords().verify(&password, stored).await.unwrap()
}

#[tokio::test]
async fn hashes_of_other_programs_verify() {
    for stored in [TWO_A, TWO_B, TWO_Y, COST_12, ARGON, FOUR_LANES] {
        assert_eq!(
            verdict("demopass", stored).await,
            Verdict::Match,
            "{stored}"
        );
        assert_eq!(
            verdict("demopasS", stored).await,
            Verdict::Mismatch,
            "{stored}"
        );
    }
    let spaces = "$2b$04$ZXQd/KFbZaBX0XtbQhfEYeY2pOY37lzyGvCz/BEo5k9tRiHfxz48y";
    assert_eq!(verdict("    ", spaces).await, Verdict::Match);
    assert_eq!(verdict("   ", spaces).await, Verdict::Mismatch);
}

#[tokio::test]
async fn only_72_bytes_count() {
    let stored = "$2b$04$3P9hBIlLCbn5iOZ75uhzH.vWXMZMCg2QzwURpJ/qq5fCL10NnTKCq";
    let full = format!("{}xy", "ä".repeat(35));
    assert_eq!(verdict(&full, stored).await, Verdict::Match);
    assert_eq!(
        verdict(&format!("{full}TAIL"), stored).await,
        Verdict::Match
    );
    assert_eq!(verdict(&full[..71], stored).await, Verdict::Mismatch);
    let cut_inside_a_character = "$2b$04$91s0bPM.CTpsZzkUQxpNLukNHNs3wI.T3VtUSvaouxCdxouJ1DNGi";
    let long = format!("x{}", "ä".repeat(36));
    assert_eq!(verdict(&long, cut_inside_a_character).await, Verdict::Match);

    let stored = bcrypt_passwords()
        .hash(&Secret::new(format!("{full}one")))
        .await
        .unwrap();
    assert_eq!(
        verdict(&format!("{full}two"), &stored).await,
        Verdict::Match
    );
}

#[tokio::test]
async fn what_is_stored_has_the_form_that_the_original_reads() {
    let password = Secret::new("pässword".to_owned());
    let stored = bcrypt_passwords().hash(&password).await.unwrap();
    assert!(
        stored.starts_with("$2b$04$") && stored.len() == 60,
        "{stored}"
    );
    assert_eq!(verdict("pässword", &stored).await, Verdict::Match);
    let argon = passwords(Scheme::Argon2id);
    let stored = argon.hash(&password).await.unwrap();
    assert!(
        stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{stored}"
    );
    assert_eq!(
        argon.verify(&password, &stored).await.unwrap(),
        Verdict::Match
    );
    assert_ne!(stored, argon.hash(&password).await.unwrap());
}

#[tokio::test]
async fn passwords_that_cannot_match_do_no_harm() {
    let nul = Secret::new("demo\0pass".to_owned());
    let longest = Secret::new("ä".repeat(4096));
    let too_long = Secret::new("ä".repeat(4097));
    let passwords = bcrypt_passwords();
    for bad in [&nul, &too_long] {
        assert_eq!(
            passwords.verify(bad, TWO_B).await.unwrap(),
            Verdict::Mismatch
        );
        assert_eq!(passwords.verify(bad, "x").await.unwrap(), Verdict::Unusable);
        passwords.verify_nothing(bad).await.unwrap();
        let refused = passwords.hash(bad).await.unwrap_err();
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    let stored = passwords.hash(&longest).await.unwrap();
    assert_eq!(
        passwords.verify(&longest, &stored).await.unwrap(),
        Verdict::Match
    );
}

#[tokio::test]
async fn what_is_no_hash_or_too_dear_is_unusable() {
    let salted = &TWO_B[7..];
    let planted =
        ["17", "31", "32", "99", "03", "00", "-1"].map(|cost| format!("$2b${cost}${salted}"));
    let planted_argon = [
        ARGON.replace("m=1024", "m=4194304"),
        ARGON.replace("m=1024,t=2", "m=524288,t=1"),
        ARGON.replace("t=2", "t=4000000000"),
        ARGON.replace("p=1", "p=4000"),
        ARGON.replace("argon2id", "argon2i"),
        ARGON.replace("v=19", "v=16"),
        ARGON[..60].to_owned(),
    ];
    let others = [
        "",
        "demopass",
        "$2",
        "$2x$04$CbC0uGcEBk0FcHU0Ehb4Uejb3sB0FeDg/0F/u5uhD0GDNI.GUMwvK",
        "$1$abcdefgh$0000000000000000000000",
        "$2b$04$ä",
        "äääääääääääääääääääääääääääääää",
        "pbkdf2_sha256$1$x$y",
    ];
    let all = others
        .iter()
        .map(ToString::to_string)
        .chain(planted)
        .chain(planted_argon);
    for stored in all {
        assert_eq!(
            verdict("demopass", &stored).await,
            Verdict::Unusable,
            "{stored}"
        );
    }
}

/// One thread that is busy until `release` is dropped, with room for one waiting job.
async fn busy() -> (Arc<Workers>, mpsc::Sender<()>) {
    let workers = Arc::new(Workers::start(1, 1).unwrap());
    let (release, wait) = mpsc::channel::<()>();
    let (began, beginning) = tokio::sync::oneshot::channel();
    let busy = workers.clone();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move {
        let job = move || {
            let _waiting = began.send(());
            let _released = wait.recv();
        };
        let _done = busy.run(job).await;
    });
    beginning.await.unwrap();
    tasks.detach_all();
    (workers, release)
}

#[tokio::test]
async fn a_full_queue_is_a_503_at_once() {
    let (workers, release) = busy().await;
    let mut waiting = Box::pin(workers.run(|| 1));
    assert!(futures_util::poll!(&mut waiting).is_pending());
    let refused = workers.run(|| 2).await.unwrap_err();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        refused.headers()[0],
        (header::RETRY_AFTER, "1".parse().unwrap())
    );
    drop(release);
    assert_eq!(waiting.await.unwrap(), 1);
}

#[tokio::test]
async fn a_dropped_job_is_not_done() {
    let (workers, release) = busy().await;
    let done = Arc::new(Mutex::new(Vec::new()));
    let mut given_up = Box::pin(workers.run({
        let done = done.clone();
        move || done.lock().unwrap().push("given up")
    }));
    assert!(futures_util::poll!(&mut given_up).is_pending());
    drop(given_up);
    drop(release);
    while workers.run(|| ()).await.is_err() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(done.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_panic_costs_one_job_and_not_the_thread() {
    let workers = Workers::start(1, 1).unwrap();
    let failed = workers.run(|| -> u8 { panic!("on purpose") }).await;
    assert_eq!(
        failed.unwrap_err().status(),
        StatusCode::INTERNAL_SERVER_ERROR
    );
    assert_eq!(workers.run(|| 7).await.unwrap(), 7);
}

#[test]
fn one_app_has_one_set_of_threads() {
    let context = Context::new(Clock::system(), Random::system());
    context.insert(PasswordSettings::new(Scheme::Bcrypt { cost: 4 }));
    let (first, second) = (
        Passwords::provide(&context).unwrap(),
        Passwords::provide(&context).unwrap(),
    );
    let costs = [3, 17].map(|cost| PasswordSettings::new(Scheme::Bcrypt { cost }));
    assert!(
        costs
            .iter()
            .all(|settings| Passwords::new(settings, Random::system()).is_err())
    );
    assert!(Arc::ptr_eq(&first.0, &second.0));
    assert_eq!(first.0.scheme, Scheme::Bcrypt { cost: 4 });
    assert!(!format!("{first:?}").contains("random"));
}
