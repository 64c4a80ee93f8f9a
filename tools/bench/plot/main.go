// Command plot draws what `load growth --json` prints as SVG files, one for each thing that grows.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"image/color"
	"io"
	"os"
	"path/filepath"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// growth is how cost grows with one thing.
type growth struct {
	Key, Name, Unit string
	Points          []point
}

// point is what was measured at one size.
type point struct {
	Size                               float64
	EventsPerSecond, CPUMicros, PeakMB float64
}

func main() {
	folder := flag.String("to", ".", "the folder for the files")
	flag.Parse()
	if err := run(os.Stdin, *folder); err != nil {
		fmt.Fprintln(os.Stderr, "plot:", err)
		os.Exit(1)
	}
}

// run reads a report and writes a file for each growth.
func run(from io.Reader, folder string) error {
	var report struct{ Growths []growth }
	if err := json.NewDecoder(from).Decode(&report); err != nil {
		return err
	}
	for _, g := range report.Growths {
		if err := write(g, filepath.Join(folder, "growth-"+g.Key+".svg")); err != nil {
			return err
		}
	}
	return nil
}

// write draws a growth into a file: three figures side by side.
func write(g growth, file string) (err error) {
	figures := []figure{
		{"events/s", false, func(p point) float64 { return p.EventsPerSecond }},
		{"CPU µs/event", true, func(p point) float64 { return p.CPUMicros }},
		{"peak MB", false, func(p point) float64 { return p.PeakMB }},
	}
	row := make([]*plot.Plot, len(figures))
	for i := range figures {
		if row[i], err = curve(g, figures[i], plotutil.Color(i)); err != nil {
			return err
		}
	}
	canvas := vgsvg.New(27*vg.Centimeter, 8*vg.Centimeter)
	whole := draw.New(canvas)
	// Where pages are dark, what is drawn in black needs a ground.
	whole.FillPolygon(color.White, []vg.Point{{}, {Y: whole.Max.Y}, whole.Max, {X: whole.Max.X}})
	tiles := draw.Tiles{Rows: 1, Cols: len(row), PadX: vg.Centimeter, PadTop: vg.Points(4), PadBottom: vg.Points(4), PadLeft: vg.Points(4), PadRight: vg.Points(8)}
	for i, part := range plot.Align([][]*plot.Plot{row}, tiles, whole)[0] {
		row[i].Draw(part)
	}
	to, err := os.Create(file)
	if err != nil {
		return err
	}
	if _, err := canvas.WriteTo(to); err != nil {
		_ = to.Close()
		return err
	}
	return to.Close()
}

// figure is something to plot against the size.
type figure struct {
	label       string
	logarithmic bool
	of          func(point) float64
}

// curve plots a figure against the size, which is on a logarithmic scale.
func curve(g growth, f figure, of color.Color) (*plot.Plot, error) {
	p := plot.New()
	p.X.Label.Text = fmt.Sprintf("%s (%s)", g.Name, g.Unit)
	p.Y.Label.Text = f.label
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	points := make(plotter.XYs, len(g.Points))
	for i, at := range g.Points {
		points[i] = plotter.XY{X: at.Size, Y: f.of(at)}
	}
	line, marks, err := plotter.NewLinePoints(points)
	if err != nil {
		return nil, err
	}
	line.Color, marks.Color = of, of
	marks.Shape = draw.CircleGlyph{}
	p.Add(plotter.NewGrid(), line, marks)
	if f.logarithmic {
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
		return p, nil
	}
	p.Y.Min = 0
	return p, nil
}
