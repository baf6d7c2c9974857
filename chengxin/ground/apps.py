from django.apps import AppConfig


class GroundConfig(AppConfig):
    name = "chengxin.ground"
    label = "ground"
