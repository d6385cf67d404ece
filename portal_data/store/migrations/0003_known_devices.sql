-- Browsers that have signed in to an account before. The token is a cookie that opens nothing by itself.
create table core.known_devices (
    token_hash text not null,
    login_id uuid not null,
    expires_at timestamp not null,
    primary key (token_hash, login_id)
);
