/* What a JSON option cannot hold, resolved by name in the browser and in QuickJS alike. */
'use strict';
(function (root) {
  function rect(api, x0, y0, x1, y1) {
    var a = api.coord([x0, y0]);
    var b = api.coord([x1, y1]);
    return {
      x: Math.min(a[0], b[0]), y: Math.min(a[1], b[1]),
      width: Math.abs(b[0] - a[0]), height: Math.abs(b[1] - a[1])
    };
  }

  var shapes = {
    /* value: [x0, x1, height, low, high, number]; color and ink come with the item */
    macc_bar: function (params, api) {
      var bar = rect(api, api.value(0), 0, api.value(1), api.value(2));
      var middle = bar.x + bar.width / 2;
      var children = [{
        type: 'rect', shape: bar,
        style: { fill: api.visual('color'), stroke: '#ffffff', lineWidth: 0.6 }
      }];
      if (isFinite(api.value(3)) && isFinite(api.value(4))) {
        var top = api.coord([api.value(0), api.value(4)])[1];
        var bottom = api.coord([api.value(0), api.value(3)])[1];
        [[0, top, 0, bottom], [-3, top, 3, top], [-3, bottom, 3, bottom]].forEach(function (line) {
          children.push({
            type: 'line',
            shape: { x1: middle + line[0], y1: line[1], x2: middle + line[2], y2: line[3] },
            style: { stroke: api.style().stroke, lineWidth: 1.2, opacity: 0.8 }
          });
        });
      }
      if (bar.width >= 14) {
        var inside = bar.height >= 18;
        children.push({
          type: 'text',
          style: {
            text: String(api.value(5)), x: middle,
            y: inside ? (api.value(2) < 0 ? bar.y + 10 : bar.y + bar.height - 10) : (api.value(2) < 0 ? bar.y - 9 : bar.y + bar.height + 9),
            align: 'center', verticalAlign: 'middle', fontSize: 11,
            fill: inside ? '#ffffff' : api.style().stroke
          }
        });
      }
      return { type: 'group', children: children };
    },

    /* value: [row, from, to]; a bar of fixed height on a category row */
    span_bar: function (params, api) {
      var a = api.coord([api.value(1), api.value(0)]);
      var b = api.coord([api.value(2), api.value(0)]);
      var height = Math.min(14, api.size([0, 1])[1] * 0.62);
      return {
        type: 'rect',
        shape: { x: a[0], y: a[1] - height / 2, width: Math.max(2, b[0] - a[0]), height: height, r: 2 },
        style: { fill: api.visual('color'), opacity: 0.92 }
      };
    }
  };

  function commas(value) {
    var parts = String(Math.abs(value)).split('.');
    parts[0] = parts[0].replace(/(\d)(?=(\d{3})+$)/g, '$1,');
    return (value < 0 ? '\u2212' : '') + parts.join('.');
  }

  /* axis labels: "number", "year", or "every:5" for every fifth year */
  function formatter(name) {
    if (name === 'number') { return commas; }
    if (name === 'year') { return function (year) { return String(year); }; }
    if (name.indexOf('every:') === 0) {
      var step = Number(name.slice(6));
      return function (year) { return Number(year) % step === 0 ? year : ''; };
    }
    return name;
  }

  function axes(option) {
    ['xAxis', 'yAxis'].forEach(function (side) {
      [].concat(option[side] || []).forEach(function (axis) {
        if (axis.axisLabel && typeof axis.axisLabel.formatter === 'string') {
          axis.axisLabel.formatter = formatter(axis.axisLabel.formatter);
        }
        if (axis.axisLabel && axis.axisLabel.names) {  /* rows are numbered: names may repeat */
          var names = axis.axisLabel.names;
          axis.axisLabel.formatter = function (row) { return names[Number(row)]; };
        }
      });
    });
  }

  /* a label text is taken as it is: no template of ours or of the library is read from it */
  function literal(node) {
    if (Array.isArray(node)) { node.forEach(literal); return; }
    if (!node || typeof node !== 'object') { return; }
    if (node.formatter && typeof node.formatter.text === 'string') {
      var text = node.formatter.text;
      node.formatter = function () { return text; };
    }
    Object.keys(node).forEach(function (key) { literal(node[key]); });
  }

  function resolve(option) {
    axes(option);
    literal(option.series);
    (option.series || []).forEach(function (series) {
      if (typeof series.renderItem === 'string') {
        series.renderItem = shapes[series.renderItem];
      }
    });
    return option;
  }

  root.tanluCharts = { resolve: resolve, shapes: shapes };
})(typeof globalThis !== 'undefined' ? globalThis : this);
