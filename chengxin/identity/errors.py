from chengxin.lib.errors import Unusable


class PopulationUnusable(Unusable):
    code, message, message_en = "population-unusable", "人口文件无法使用：", "The population file can't be used:"
