-- The comments of all that is above, as rows.

insert into dictionary
    select table_name, null, 0, 'table', null, comment
    from duckdb_tables() where database_name = 'made' and schema_name = 'main'
    union all
    select view_name, null, 0, 'view', null, comment
    from duckdb_views() where database_name = 'made' and schema_name = 'main' and not internal
    union all
    select table_name, column_name, column_index, 'column', lower(data_type), comment
    from duckdb_columns() where database_name = 'made' and schema_name = 'main' and not internal
    union all
    select function_name, null, 0, 'macro', array_to_string(parameters, ', '), comment
    from duckdb_functions() where database_name = 'made' and function_type = 'table_macro'
    order by 1, 3;
