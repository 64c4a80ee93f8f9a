package delivery

// NewConnectionError is connectionError, for faults of the network that a test can't make.
func NewConnectionError(err error) *ConnectionError { return connectionError(err) }

// OpenAccounts returns for how many accounts there are gates.
func (c *Client) OpenAccounts() int {
	c.deletions.mu.Lock()
	defer c.deletions.mu.Unlock()
	return len(c.deletions.gates)
}

// Accounts returns how many accounts the sender knows.
func (s *Sender) Accounts() int { return len(s.all()) }

// Users returns how many users have records on their way.
func (s *Sender) Users() (count int) {
	for _, a := range s.all() {
		a.mu.Lock()
		count += len(a.users)
		a.mu.Unlock()
	}
	return count
}
