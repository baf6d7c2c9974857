from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "chengxin.sharing.duties"
    label = "duties"
