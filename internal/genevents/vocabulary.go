package genevents

import "fmt"

func firstNames() []string {
	return []string{"Ada", "Grace", "José", "Mei", "Olu", "Søren", "Priya", "Ivan"}
}

func lastNames() []string {
	return []string{"Lovelace", "Hopper", "García", "Lin", "Adeyemi", "Kierkegaard", "Sharma", "Petrov"}
}

func cities() []string {
	return []string{"San Francisco", "São Paulo", "Pune", "Oslo", "Lagos", "Taipei"}
}

func tiers() []string { return []string{"Bronze", "Silver", "Gold", "Platinum"} }

func categories() []string { return []string{"games", "books", "kitchen", "garden", "shoes", "music"} }

func products() []string {
	return []string{"Monopoly", "12\\\" Skillet", "Running Shoe", "Rain Barrel", "Vinyl: Blue Train", "Field Guide"}
}

// appContext returns the context that the Android SDK sends.
func (g *Generator) appContext() string {
	return fmt.Sprintf(`{"app":{"name":"Example Shop","version":"4.2.%d","build":"42%02d","namespace":"com.example.shop"},`+
		`"device":{"id":"%016x","manufacturer":"Google","model":"Pixel %d","name":"oriole","type":"Android"},`+
		`"os":{"name":"Android","version":"%d"},"library":{"name":"com.rudderstack.android.sdk.core","version":"1.25.0"},`+
		`"network":{"carrier":"Example Mobile","wifi":%t,"cellular":true,"bluetooth":false},"screen":{"density":420,"width":1080,"height":2400},`+
		`"locale":"en-US","timezone":"America/Los_Angeles","sessionId":%d}`,
		g.rand.IntN(10), g.rand.IntN(100), g.rand.Uint64(), 6+g.rand.IntN(4), 12+g.rand.IntN(4), g.rand.IntN(2) == 0, g.clock.Unix())
}

// webContext returns the context that the JavaScript SDK sends.
func (g *Generator) webContext() string {
	return fmt.Sprintf(`{"app":{"name":"RudderLabs JavaScript SDK","namespace":"com.rudderlabs.javascript","version":"3.21.%d"},`+
		`"library":{"name":"RudderLabs JavaScript SDK","version":"3.21.0"},"os":{"name":"","version":""},`+
		`"screen":{"density":2,"width":1440,"height":900,"innerWidth":%d,"innerHeight":789},`+
		`"userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36",`+
		`"locale":"en-US","timezone":"Europe/Oslo","campaign":{"source":"%s"},"sessionId":%d}`,
		g.rand.IntN(10), 800+g.rand.IntN(640), 120+g.rand.IntN(30), pick(g, []string{"newsletter", "search", "social"}), g.clock.Unix())
}
