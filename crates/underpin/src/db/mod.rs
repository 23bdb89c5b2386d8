//! stub
use crate::*;
#[derive(Clone, Copy, Debug)]
pub enum Engine {
    Sqlite,
    Postgres,
}
impl std::fmt::Display for Engine {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}
pub struct Migrations;
impl Migrations {
    pub async fn up(&self, _: &Db) -> Result<Vec<String>, StartError> {
        Ok(vec![])
    }
    pub async fn down(&self, _: &Db, _: Option<u32>) -> Result<Vec<String>, StartError> {
        Ok(vec![])
    }
    pub async fn baseline(&self, _: &Db, _: u32) -> Result<Vec<String>, StartError> {
        Ok(vec![])
    }
    pub async fn status(&self, _: &Db) -> Result<Vec<String>, StartError> {
        Ok(vec![])
    }
    pub async fn check(&self, _: &Db) -> Result<(), StartError> {
        Ok(())
    }
}
#[derive(Clone)]
pub struct Db;
impl Db {
    pub async fn connect(_: DbConfig) -> Result<Db, StartError> {
        Ok(Db)
    }
    pub async fn close(&self) {}
    pub fn engine(&self) -> Engine {
        Engine::Sqlite
    }
}
#[derive(Clone)]
pub enum DbUrl {
    Sqlite(std::path::PathBuf),
    Postgres(()),
}
impl std::str::FromStr for DbUrl {
    type Err = String;
    fn from_str(_: &str) -> Result<Self, String> {
        Err(String::new())
    }
}
pub struct DbConfig {
    pub url: DbUrl,
    pub readers: usize,
    pub writers: usize,
    pub wait_timeout: std::time::Duration,
    pub slow_statement: std::time::Duration,
}
impl DbConfig {
    pub fn new(url: DbUrl) -> Self {
        Self {
            url,
            readers: 0,
            writers: 0,
            wait_timeout: Default::default(),
            slow_statement: Default::default(),
        }
    }
}
