from django.apps import AppConfig


class AnnouncingConfig(AppConfig):
    name = "chengxin.sharing.announcing"
    label = "announcing"
