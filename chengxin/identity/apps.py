from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "chengxin.identity"
    label = "identity"

    def ready(self) -> None:
        from chengxin.identity.sealed import SealedTable, register_sealed

        register_sealed(SealedTable("identity_totp", "id", {"secret_sealed": "login.totp"}))
        register_sealed(SealedTable("identity_contact", "id", {"value_sealed": "contact"}))
        register_sealed(SealedTable("identity_declaration", "id", {"code_sealed": "officer.code"}))
        # A piece of a scan is a hundred times what other boxes are.
        register_sealed(SealedTable("identity_scan_piece", "id", {"content_sealed": "scan.content"}, most=64))
        for table in ("identity_population_event", "identity_population_parked"):
            register_sealed(SealedTable(table, "id", {"body_sealed": "population.event"}))
