-- The access token of a connected Intercom app, encrypted; one row.
CREATE TABLE intercom_token (
  id INTEGER PRIMARY KEY,
  sealed VARCHAR(4000) NOT NULL,
  connected_at BIGINT NOT NULL
);

-- Attempts to connect that are under way: digests of the state and of the browser's cookie.
CREATE TABLE intercom_authorization (
  state VARCHAR(64) PRIMARY KEY,
  browser VARCHAR(64) NOT NULL,
  expires_at BIGINT NOT NULL
);
