from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "chengxin.records"
    label = "records"

    def ready(self) -> None:
        from chengxin.identity.sealed import SealedTable, register_sealed

        register_sealed(SealedTable("records_waiting", "id", {"row_sealed": "waiting.row"}))
