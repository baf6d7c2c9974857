from django.apps import AppConfig


class LinksConfig(AppConfig):
    name = "chengxin.sharing.links"
    label = "links"
