/* Draws <div class="s-chart" data-tx-chart="ID"> from the JSON of {{ data|json_script:"ID" }}:
   {"x": [...], "label": "spoken summary", "series": [{"name", "type": "bar"|"line", "data": [...], "unit"}]}.
   SVG renderer and rich-text tooltip: neither writes inline styles, so style-src 'self' holds. At most two units. */
(function () {
  'use strict';
  const css = getComputedStyle(document.documentElement);
  const token = (name) => css.getPropertyValue('--tx-' + name).trim();
  const still = matchMedia('(prefers-reduced-motion:reduce)').matches;
  const small = { color: token('ink-3'), fontSize: 12 };

  function axis(unit, first) {
    return {
      type: 'value', name: unit, nameTextStyle: { color: token('ink-3') }, axisLabel: small,
      splitLine: first ? { lineStyle: { color: token('line') } } : { show: false },
    };
  }

  function line(series, units) {
    const bar = series.type !== 'line';
    return {
      name: series.name, type: bar ? 'bar' : 'line', data: series.data, yAxisIndex: Math.max(0, units.indexOf(series.unit)),
      itemStyle: bar ? { color: token('q3'), borderRadius: [3, 3, 0, 0] } : { color: token('ink') },
      lineStyle: { color: token('ink'), width: 1.75 }, barWidth: '58%', symbol: 'circle', symbolSize: 5,
    };
  }

  document.querySelectorAll('[data-tx-chart]').forEach((el) => {
    const data = JSON.parse(document.getElementById(el.dataset.txChart).textContent);
    const units = Array.from(new Set(data.series.map((series) => series.unit || '')));
    const chart = echarts.init(el, null, { renderer: 'svg' });
    chart.setOption({
      animation: !still, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: token('ink-2') },
      aria: { enabled: true, label: { description: data.label } },
      grid: { left: 8, right: 8, top: 40, bottom: 8, containLabel: true },
      legend: { top: 0, left: 'center', itemWidth: 14, itemHeight: 9, textStyle: { color: token('ink-2'), fontSize: 12.5 } },
      tooltip: {
        trigger: 'axis', renderMode: 'richText', backgroundColor: token('surface'), borderColor: token('line-2'),
        borderWidth: 1, textStyle: { color: token('ink'), fontSize: 13 },
      },
      xAxis: { type: 'category', data: data.x, axisTick: { show: false }, axisLine: { lineStyle: { color: token('line-2') } }, axisLabel: small },
      yAxis: units.map((unit, n) => axis(unit, n === 0)),
      series: data.series.map((series) => line(series, units)),
    });
    addEventListener('resize', () => chart.resize());
  });
})();
