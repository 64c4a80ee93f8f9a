package genevents

import (
	"fmt"
	"strconv"
)

// send gives a draft the context, channel and times that one of the senders gives, and says where that puts traits.
func (r *RealEvents) send(d *draft) {
	senders := []func(*draft){r.web, r.web, r.mobile, r.mobile, r.server, r.server, r.warehouse, r.webhook}
	senders[r.rand.IntN(len(senders))](d)
}

// times gives a draft the times that an SDK and RudderStack give.
func (r *RealEvents) times(d *draft) {
	stamp := quote(r.stamp())
	d.root.add("originalTimestamp", stamp)
	if !r.odds(4) {
		d.root.add("sentAt", stamp)
		d.root.add("timestamp", stamp)
		d.root.add("receivedAt", stamp)
	}
}

// web is a browser: the JavaScript SDK, AMP pages, pixels.
func (r *RealEvents) web(d *draft) {
	d.root.add("channel", `"web"`)
	library := obj("name", `"RudderLabs JavaScript SDK"`, "version", quote(r.pick("1.2.20", "2.48.1",
		"3.34.1")))
	if r.odds(6) {
		library = obj("name", `"Rudderstack AMP SDK"`, "version", `"1.0.0"`)
	}
	if !r.odds(8) {
		d.context.add("library", library.json())
	}
	d.context.add("os", `{"name":"","version":""}`)
	d.context.add("userAgent", r.pick(`"Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0"`, `null`))
	d.context.add("page", r.visit().json())
	d.context.add("screen", obj("density", r.pick("1", "1.5", "2"), "width", "1280", "height", "720").json())
	d.context.add("campaign", r.pick(`{}`, `{"source":"newsletter","medium":"mail"}`))
	d.context.add("sessionId", strconv.FormatInt(r.clock.UnixMilli(), 10))
	if r.odds(5) {
		d.context.add("sessionStart", "true")
	}
	d.integrations = obj("All", "true")
	d.inContext, d.inRoot = true, r.odds(4)
	r.times(d)
}

// mobile is an app: Android and iOS by their older and newer SDKs, and what stands upon them.
func (r *RealEvents) mobile(d *draft) {
	d.root.add("channel", `"mobile"`)
	type sdk struct{ library, system, device string }
	sdks := []sdk{
		{"com.rudderstack.android.sdk.core", "Android", "Android"}, {"com.rudderstack.sdk.kotlin.android",
			"Android", "Android"},
		{"rudder-ios-library", "iOS", "iOS"}, {"rudder-sdk-swift", "iPadOS", "iOS"}, {"rudder-unity-library",
			"Android OS 13 / API-33", "Android"},
		{"rudder-unity-library", "iOS 16.1", "iOS"}, {"rudder-ios-library", "watchOS", "watchOS"},
	}
	s := sdks[r.rand.IntN(len(sdks))]
	device := obj("id", quote(r.uuid()), "manufacturer", quote(r.pick("Apple", "Google", "Xiaomi")), "model",
		quote(r.pick("Pixel 8", "iPhone15,2")), "name", `"phone"`, "type", quote(s.device))
	d.context = obj("app", obj("name", `"Shop"`, "version", `"4.2"`, "build", r.pick(`"4200"`, `4200`),
		"namespace", `"com.example"`).json(), "device",
		device.json(), "library", obj("name", quote(s.library), "version", `"1.27.0"`).json(), "os",
		obj("name", quote(s.system), "version", quote(r.pick("14", "18.1"))).json(), "network",
		`{"carrier":"Example","wifi":true,"cellular":false,"bluetooth":false}`, "locale", `"en-IN"`,
		"timezone", `"Asia/Kolkata"`)
	d.inContext = true
	d.integrations = obj("All", "true")
	r.times(d)
}

// server is a program: the SDKs of servers' languages.
func (r *RealEvents) server(d *draft) {
	d.root.add("channel", `"server"`)
	d.context.add("library", obj("name", quote(r.pick("analytics-node", "rudder-sdk-python", "analytics-ruby",
		"analytics-go", "analytics-php", "analytics-java", "RudderAnalytics.NET",
		"rudderanalytics-rust")), "version",
		quote(fmt.Sprintf("%d.%d.0", r.between(1, 4), r.rand.IntN(20)))).json())
	d.context.add("ip", quote("203.0.113."+strconv.Itoa(r.rand.IntN(256))))
	d.inRoot, d.inContext = true, r.odds(3)
	r.times(d)
}

// warehouse is a reverse ETL from a warehouse.
func (r *RealEvents) warehouse(d *draft) {
	d.root.add("channel", `"sources"`)
	d.context.add("sources", obj("job_id", quote(r.digits(6)), "job_run_id", quote(r.uuid()), "version",
		`"v1.50.4"`).json())
	d.context.add("mappedToDestination", r.pick("true", `"true"`, "false"))
	d.inRoot = true
	d.root.add("timestamp", quote(r.clock.Format("2006-01-02 15:04:05 MST")))
}

// webhook is somebody's own HTTP call, with next to nothing.
func (r *RealEvents) webhook(d *draft) {
	d.inRoot = true
	if r.odds(2) {
		d.context.add("ip", `"203.0.113.9"`)
	}
	if r.odds(2) {
		d.root.add("timestamp", quote(r.stamp()))
	}
}
