from django.apps import AppConfig


class CorrectingConfig(AppConfig):
    name = "chengxin.sharing.correcting"
    label = "correcting"
