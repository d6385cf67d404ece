-- What reading a part of a file of the last import gave. Bytes that a later backup has unchanged need not
-- be read again: `digest` covers them and how they were read, `start` is the checksum of their first line.
create table core.import_blocks (
    source text not null,
    digest text not null,
    module text not null,
    start bigint not null,
    length bigint not null,
    rows integer not null,
    reading text not null,
    primary key (source, digest)
);
