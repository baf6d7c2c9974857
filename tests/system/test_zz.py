def test_inv(register):
    for q in ["select schemaname,tablename,policyname,roles,cmd from pg_policies",
      "select t.tgname,c.relname from pg_trigger t join pg_class c on c.oid=t.tgrelid where not tgisinternal and c.relname not like 'procrast%%'",
      "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint where contype='c' and connamespace='public'::regnamespace and conrelid::regclass::text !~ '^(django|auth|procrast)' order by 1,2",
      "select c.relkind, c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relacl from pg_class c where relnamespace='public'::regnamespace and relkind in ('r','v','S','p') order by 1,2",
      "select c.relname, attname, attacl from pg_attribute a join pg_class c on c.oid=attrelid where attacl is not null and relnamespace='public'::regnamespace",
      "select p.oid::regprocedure::text, proacl, prosecdef from pg_proc p where pronamespace='public'::regnamespace and proname !~ 'procrast'",
      "select datname, datacl from pg_database", "select rolname, rolsuper, rolbypassrls from pg_roles where rolname like 'chengxin%%'",
      "select nspname, nspacl from pg_namespace", "select * from catalogue_law", "select id,code,past_view,needs,organisation_kinds from catalogue_purpose", "select id,code from catalogue_item",
      "select count(*) from pg_default_acl",
      ]:
        print("==", q)
        for r in register.rows(q): print(r)
    assert 0
