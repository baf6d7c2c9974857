from django.apps import AppConfig


class BatchesConfig(AppConfig):
    name = "chengxin.sharing.batches"
    label = "batches"

    def ready(self) -> None:
        from chengxin.identity.sealed import SealedTable, register_sealed

        register_sealed(
            SealedTable("sharing_batch_question", "part_id", {"questions_sealed": "batch.questions"}, most=16)
        )
