from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "chengxin.sharing"
    label = "sharing"
