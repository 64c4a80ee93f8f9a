package genevents

import (
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

// Generator makes events one after the other. One goroutine at a time may use it.
type Generator struct {
	rand  *rand.Rand
	clock time.Time
}

// New returns a generator whose events are decided by the seed alone.
func New(seed uint64) *Generator {
	return &Generator{rand: rand.New(rand.NewPCG(seed, 0)), clock: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
}

// Append appends the JSON text of the next event, without a newline: of 20 events about 4 are identify calls with 20
// traits, 7 track, 5 page, 2 screen and 2 Order Completed.
func (g *Generator) Append(dst []byte) []byte {
	g.clock = g.clock.Add(time.Duration(g.rand.IntN(2000)) * time.Millisecond)
	switch n := g.rand.IntN(20); {
	case n < 4:
		return g.identify(dst)
	case n < 11:
		return g.track(dst)
	case n < 16:
		return g.page(dst)
	case n < 18:
		return g.screen(dst)
	default:
		return g.order(dst)
	}
}

// Batch returns the next n events, each in memory of its own.
func (g *Generator) Batch(n int) [][]byte {
	events := make([][]byte, n)
	for i := range events {
		events[i] = g.Append(nil)
	}
	return events
}

// Write writes the next n events to w, one a line, and returns how many bytes that took.
func (g *Generator) Write(w io.Writer, n int) (int64, error) {
	var (
		line    []byte
		written int64
	)
	for range n {
		line = append(g.Append(line[:0]), '\n')
		took, err := w.Write(line)
		written += int64(took)
		if err != nil {
			return written, fmt.Errorf("write events: %w", err)
		}
	}
	return written, nil
}

// open appends the beginning of an event that every call has, up to and with its context.
func (g *Generator) open(dst []byte, call string, context string) []byte {
	sent := g.clock.Add(time.Duration(g.rand.IntN(900)) * time.Millisecond)
	dst = fmt.Appendf(dst, `{"type":"%s","messageId":"%s","userId":"u-%06d","anonymousId":"%s","originalTimestamp":"%s","sentAt":"%s"`,
		call, g.uuid(), g.rand.IntN(250_000), g.uuid(), stamp(g.clock), stamp(sent))
	dst = fmt.Appendf(dst, `,"timestamp":"%s","receivedAt":"%s","request_ip":"203.0.113.%d"`, stamp(g.clock), stamp(sent), g.rand.IntN(256))
	return append(append(append(dst, `,"integrations":{"All":true},"context":`...), context...), ',')
}

// identify appends an identify call with 20 traits.
func (g *Generator) identify(dst []byte) []byte {
	first, last, city := pick(g, firstNames()), pick(g, lastNames()), pick(g, cities())
	dst = g.open(dst, "identify", g.appContext())
	dst = fmt.Appendf(dst, `"traits":{"name":"%s %s","email":"user%d@example.com","phone":"+1415555%04d","gender":"%s","birthday":"19%02d-%02d-%02d"`,
		first, last, g.rand.IntN(250_000), g.rand.IntN(10_000), pick(g, []string{"F", "male", "Female", "m"}), 60+g.rand.IntN(40), 1+g.rand.IntN(12), 1+g.rand.IntN(28))
	dst = fmt.Appendf(dst, `,"education":"%s","employed":%t,"married":%t,"customerType":"%s","avatar":"https://cdn.example.com/avatars/%d.png"`,
		pick(g, []string{"Graduate", "School", "College"}), g.rand.IntN(2) == 0, g.rand.IntN(2) == 0, pick(g, tiers()), g.rand.IntN(1e6))
	dst = fmt.Appendf(dst, `,"plan":"%s","loyaltyPoints":%d,"lifetimeValue":%d.%02d,"city":"%s","createdAt":"%s","newsletter":%t,"MSG-email":%t`,
		pick(g, tiers()), g.rand.IntN(50_000), g.rand.IntN(9000), g.rand.IntN(100), city, stamp(g.clock.AddDate(0, -g.rand.IntN(48), 0)), g.rand.IntN(2) == 0, g.rand.IntN(2) == 0)
	return fmt.Appendf(dst, `,"favouriteCategory":"%s","address":{"street":"%d Market Street","city":"%s","postalCode":"%05d","country":"US"},"interests":["%s","%s"]}}`,
		pick(g, categories()), 1+g.rand.IntN(900), city, g.rand.IntN(100_000), pick(g, categories()), pick(g, categories()))
}

// track appends a track call about one product.
func (g *Generator) track(dst []byte) []byte {
	dst = g.open(dst, "track", g.webContext())
	dst = fmt.Appendf(dst, `"event":"%s","properties":{`, pick(g, []string{"Product Viewed", "Product Added", "Product Removed", "Coupon Applied", "Product Clicked"}))
	dst = g.product(dst)
	return fmt.Appendf(dst, `,"cart_id":"c-%07d","list":"%s","position":%d,"in_stock":%t,"ts":%d}}`,
		g.rand.IntN(1e7), pick(g, categories()), 1+g.rand.IntN(40), g.rand.IntN(5) > 0, g.clock.Unix())
}

// page appends a page call.
func (g *Generator) page(dst []byte) []byte {
	category := pick(g, categories())
	dst = g.open(dst, "page", g.webContext())
	return fmt.Appendf(dst, `"name":"%s","properties":{"name":"%[1]s","path":"/shop/%s/%d","url":"https://shop.example.com/shop/%[2]s/%[3]d","title":"%[1]s \u2013 Example Shop","search":"?ref=%[4]s","referrer":"https://www.example.com/","referring_domain":"www.example.com","initial_referrer":"$direct","scroll":%[5]d,"load_ms":%[6]d}}`,
		pick(g, []string{"Home", "Category", "Product", "Cart", "Account"}), category, g.rand.IntN(10_000), pick(g, []string{"mail", "push", "ad"}), g.rand.IntN(101), 80+g.rand.IntN(3000))
}

// screen appends a screen call of the app.
func (g *Generator) screen(dst []byte) []byte {
	dst = g.open(dst, "screen", g.appContext())
	return fmt.Appendf(dst, `"event":"%s","properties":{"automatic":%t,"previous":"%s","build":%d,"experiment":{"id":"exp-%d","variant":"%s"}}}`,
		pick(g, []string{"HomeActivity", "CartActivity", "ProductActivity"}), g.rand.IntN(2) == 0, pick(g, categories()), 4000+g.rand.IntN(200), g.rand.IntN(20), pick(g, []string{"a", "b"}))
}

// order appends an Order Completed track call of one to four products.
func (g *Generator) order(dst []byte) []byte {
	dst = g.open(dst, "track", g.webContext())
	dst = fmt.Appendf(dst, `"event":"Order Completed","properties":{"checkout_id":"co-%08d","order_id":"o-%08d","total":%d.%02d,"revenue":%d.%02d,"shipping":%d,"tax":%d.5,"discount":%d,"coupon":"%s","currency":"USD","Payment mode":"%s","products":[`,
		g.rand.IntN(1e8), g.rand.IntN(1e8), 20+g.rand.IntN(400), g.rand.IntN(100), 15+g.rand.IntN(380), g.rand.IntN(100), g.rand.IntN(20), g.rand.IntN(30), g.rand.IntN(10), pick(g, tiers()), pick(g, []string{"Credit Card", "Transfer", "Voucher"}))
	for i := range 1 + g.rand.IntN(4) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(g.product(append(dst, '{')), '}')
	}
	return append(dst, "]}}"...)
}

// product appends the members of a product.
func (g *Generator) product(dst []byte) []byte {
	return fmt.Appendf(dst, `"product_id":"p-%05d","sku":"SKU-%04X","name":"%s","price":%d.%02d,"quantity":%d,"category":"%s","brand":"Example"`,
		g.rand.IntN(100_000), g.rand.IntN(65536), pick(g, products()), 1+g.rand.IntN(200), g.rand.IntN(100), 1+g.rand.IntN(5), pick(g, categories()))
}

// uuid returns a random UUID.
func (g *Generator) uuid() string {
	high, low := g.rand.Uint64(), g.rand.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", high>>32, high>>16&0xffff, high&0xfff, low>>48&0xfff, low&0xffff_ffff_ffff)
}

// stamp writes a time as RudderStack does.
func stamp(t time.Time) string { return t.Format("2006-01-02T15:04:05.000Z") }

// pick picks one of the values.
func pick[T any](g *Generator, values []T) T { return values[g.rand.IntN(len(values))] }
