//! Counts the instructions that each server spends on a request: the same requests, one after the other over one
//! connection, in two runs of different length under callgrind; what the longer run has more is the requests'.

use std::{
    error::Error,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

const SHORT: u64 = 500;
const LONG: u64 = 2500;

const CANDIDATES: [(&str, &str, &[(&str, &str)]); 5] = [
    (
        "underpin, log on",
        "serve-underpin",
        &[("LOG_LEVEL", "info")],
    ),
    (
        "underpin, log off",
        "serve-underpin",
        &[("LOG_LEVEL", "off")],
    ),
    ("axum, plain", "serve-axum", &[("LOG_LEVEL", "off")]),
    (
        "axum + tower-http, log on",
        "serve-axum",
        &[("LOG_LEVEL", "info"), ("LAYERS", "1")],
    ),
    (
        "axum + tower-http, log off",
        "serve-axum",
        &[("LOG_LEVEL", "off"), ("LAYERS", "1")],
    ),
];

fn requests() -> [(&'static str, String); 3] {
    let head = |line: &str| {
        let token = bench::TOKEN;
        format!(
            "{line} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\naccept: */*\r\nuser-agent: bench\r\n"
        )
    };
    let body = bench::BODY.as_str();
    let post = format!(
        "{}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        head("POST /notes/"),
        body.len()
    );
    [
        ("POST", post),
        ("GET one", head("GET /notes/42") + "\r\n"),
        (
            "GET list",
            head("GET /notes/?limit=20&offset=40&q=milk") + "\r\n",
        ),
    ]
}

fn main() -> Outcome<()> {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let programs = std::env::current_exe()?;
    let programs = programs.parent().ok_or("no directory")?;
    let mut out = std::io::stdout();
    writeln!(
        out,
        "| instructions per request | POST | GET one | GET list |\n|---|---|---|---|"
    )?;
    for (name, program, variables) in CANDIDATES.into_iter().filter(|row| row.0.contains(&wanted)) {
        write!(out, "| {name} |")?;
        for (_, request) in requests() {
            let short = run(&programs.join(program), variables, &request, SHORT)?;
            let long = run(&programs.join(program), variables, &request, LONG)?;
            write!(out, " {} |", (long - short) / (LONG - SHORT))?;
            out.flush()?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The instructions of a whole run with `count` requests.
fn run(program: &Path, variables: &[(&str, &str)], request: &str, count: u64) -> Outcome<u64> {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port();
    let report = tempfile::NamedTempFile::new()?;
    let mut server = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--log-file={}", report.path().display()))
        .arg(program)
        .envs(variables.iter().copied())
        .env("PORT", port.to_string())
        .env("HOST", "127.0.0.1")
        .env("TOKIO_WORKER_THREADS", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let driven = drive(port, request, count);
    Command::new("kill").arg(server.id().to_string()).status()?;
    server.wait()?;
    driven?;
    collected(&std::fs::read_to_string(report.path())?)
}

fn collected(report: &str) -> Outcome<u64> {
    let line = report
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    Ok(line.ok_or("callgrind told no count")?.1.trim().parse()?)
}

fn drive(port: u16, request: &str, count: u64) -> Outcome<()> {
    let mut stream = connect(port)?;
    stream.set_nodelay(true)?;
    let mut replies = BufReader::new(stream.try_clone()?);
    for _ in 0..count {
        stream.write_all(request.as_bytes())?;
        let mut length = 0;
        let mut line = String::new();
        replies.read_line(&mut line)?;
        if !line.starts_with("HTTP/1.1 20") {
            return Err(line.into());
        }
        while line != "\r\n" {
            line.clear();
            replies.read_line(&mut line)?;
            if let Some(text) = line.strip_prefix("content-length: ") {
                length = text.trim().parse()?;
            }
        }
        std::io::copy(&mut replies.by_ref().take(length), &mut std::io::sink())?;
    }
    Ok(())
}

fn connect(port: u16) -> Outcome<TcpStream> {
    for _ in 0..600 {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
            return Ok(stream);
        }
        sleep(Duration::from_millis(50));
    }
    Err("the server did not start".into())
}
