-- Everything above in words, as a table: made last.

create table dictionary (
    table_name text, column_name text, position integer, kind text, type text, description text
);
comment on table dictionary is 'One row a table, column or macro of this file, in words.';
comment on column dictionary.table_name is 'Table, or name of the macro.';
comment on column dictionary.column_name is 'Column; empty in the row of the table itself.';
comment on column dictionary.position is 'Place of the column, from 1; 0 in the row of the table itself.';
comment on column dictionary.kind is 'table, column or macro (a function that returns a table).';
comment on column dictionary.type is 'Type of the column; parameters of the macro.';
comment on column dictionary.description is 'What it holds, in words.';
insert into dictionary
    select table_name, null, 0, 'table', null, comment
    from duckdb_tables() where database_name = 'made'
    union all
    select table_name, column_name, column_index, 'column', lower(data_type), comment
    from duckdb_columns() where database_name = 'made'
    union all
    select function_name, null, 0, 'macro', array_to_string(parameters, ', '), comment
    from duckdb_functions() where database_name = 'made' and function_type = 'table_macro'
    order by 1, 3;
