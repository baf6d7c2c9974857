// Draws the tables of figures that ask for it; the table stays, folded, for those who read it.
import {BarChart, LineChart} from "echarts/charts";
import {AriaComponent, GridComponent, LegendComponent} from "echarts/components";
import {init, use} from "echarts/core";
import {SVGRenderer} from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, AriaComponent, SVGRenderer]);

// Told apart by more than colour: each series also has a pattern or a dash of its own.
const COLOURS = ["--cx-act", "--cx-wait-edge", "--cx-good-edge", "--cx-bad-edge"];
const DASHES = ["solid", "dashed", "dotted", [8, 3, 2, 3]];
const number = text => { const read = parseFloat(text.replace(/[,，\s]/g, "")); return Number.isNaN(read) ? null : read; };

function read(table) {
  const names = Array.from(table.tHead.rows[0].cells, cell => cell.innerText.trim()).slice(1);
  const rows = Array.from(table.tBodies[0].rows);
  return {
    labels: rows.map(row => row.cells[0].innerText.trim()),
    series: names.map((name, at) => ({name, values: rows.map(row => number(row.cells[at + 1].innerText))})),
  };
}

function options(kind, {labels, series}) {
  const style = getComputedStyle(document.documentElement), colour = name => style.getPropertyValue(name).trim();
  const size = parseFloat(getComputedStyle(document.body).fontSize) * .85;
  const axis = {axisLabel: {color: colour("--cx-ink"), fontSize: size}, axisLine: {lineStyle: {color: colour("--cx-edge")}}};
  return {
    animation: false,
    aria: {enabled: true, decal: {show: series.length > 1 && kind === "bar"}},
    textStyle: {fontFamily: style.getPropertyValue("--font-sans-serif"), color: colour("--cx-ink"), fontSize: size},
    grid: {left: 8, right: 16, top: series.length > 1 ? size * 3 : 16, bottom: 8, containLabel: true},
    legend: series.length > 1 ? {top: 0, textStyle: {color: colour("--cx-ink"), fontSize: size}, selectedMode: false} : undefined,
    xAxis: {type: "category", data: labels, ...axis},
    yAxis: {type: "value", splitLine: {lineStyle: {color: colour("--cx-line")}}, ...axis},
    series: series.map(({name, values}, at) => ({
      name, type: kind, data: values, silent: true, connectNulls: false,
      itemStyle: {color: colour(COLOURS[at % COLOURS.length])},
      lineStyle: {color: colour(COLOURS[at % COLOURS.length]), width: 2, type: DASHES[at % DASHES.length]},
    })),
  };
}

function draw(figure) {
  const table = figure.querySelector("table"), place = figure.querySelector(".plot-drawing"), held = read(table);
  place.hidden = false;
  const drawing = init(place, null, {renderer: "svg"});
  const renew = () => drawing.setOption(options(figure.dataset.plot, held), true);
  renew();
  figure.querySelector("details").open = false;
  new ResizeObserver(() => drawing.resize()).observe(place);
  new MutationObserver(renew).observe(document.documentElement, {attributes: true, attributeFilter: ["data-theme", "data-print"]});
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", renew);
}

document.querySelectorAll("figure[data-plot]").forEach(draw);
