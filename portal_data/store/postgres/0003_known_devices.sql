
alter table core.known_devices add foreign key (login_id) references core.logins (id) deferrable initially deferred;
