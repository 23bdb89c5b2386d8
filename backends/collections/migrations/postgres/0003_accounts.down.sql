DROP TABLE collections_accounts;
