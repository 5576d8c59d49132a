# frozen_string_literal: true

require 'socket'

module Hearth
  # What the Runtime API answers: its headers by any spelling, and its body.
  class ApiAnswer
    attr_reader :status, :body

    def initialize(status, headers, body)
      @status = status
      @headers = headers
      @body = body
    end

    def [](name)
      @headers[name.downcase]
    end
  end

  # The Runtime API's client: one kept-alive connection, and no more of HTTP than that API uses.
  #
  # The report of an invocation and the question for the next one are written together.
  class RuntimeApi
    API = '/2018-06-01/runtime/'
    AGENT = "hearth-ruby/#{RUBY_VERSION}"
    TRIES = 3
    TOO_LARGE = 413
    private_constant :API, :AGENT, :TRIES, :TOO_LARGE

    def initialize(address)
      @host, _, @port = address.rpartition(':')
    end

    # Reports how the last invocation ended, if there was one, and waits for the next.
    def next_invocation(report)
      pending = [report, request('GET', 'invocation/next')].compact
      answer = nil
      answer = ask(pending) { |each| check(each) } until pending.empty?
      raise "The Runtime API answers #{answer.status} to a question for the next invocation" unless answer.status == 200

      answer
    end

    # Tells the Runtime API something after which nothing follows.
    def tell(report)
      pending = [report]
      ask(pending) { |each| check(each) } until pending.empty?
    end

    def response(request_id, body, content_type)
      request('POST', "invocation/#{request_id}/response", body, 'Content-Type' => content_type)
    end

    def error(request_id, body, headers)
      request('POST', "invocation/#{request_id}/error", body, headers)
    end

    def init_error(body, headers)
      request('POST', 'init/error', body, headers)
    end

    private

    # What a refusal means: the caller of a response that is too large has been told already.
    def check(answer)
      return if answer.status < 300 || answer.status == TOO_LARGE

      warn "The Runtime API refused a report: #{answer.status} #{answer.body}"
    end

    # Writes what is pending and reads an answer to each; if the connection breaks, what is not answered is repeated.
    def ask(pending)
      tries = 0
      begin
        connect
        @socket.write(pending.join)
        answer = nil
        until pending.empty?
          answer = read_answer
          pending.shift
          yield answer unless pending.empty?
        end
        answer
      rescue SystemCallError, IOError
        disconnect
        tries += 1
        raise if tries == TRIES

        retry
      end
    end

    def connect
      return if @socket

      @socket = TCPSocket.new(@host, @port.to_i)
      @socket.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
    end

    def disconnect
      @socket&.close
      @socket = nil
    end

    def request(method, path, body = nil, headers = {})
      head = +"#{method} #{API}#{path} HTTP/1.1\r\nHost: runtime\r\nUser-Agent: #{AGENT}\r\n"
      headers.each { |name, value| head << "#{name}: #{value}\r\n" }
      head << "Content-Length: #{body.bytesize}\r\n" if body
      head << "\r\n"
      head.b << (body || '').b
    end

    def read_answer
      status = line.split(' ', 3)[1].to_i
      headers = {}
      until (field = line).empty?
        name, _, value = field.partition(':')
        headers[name.downcase] = value.strip
      end
      ApiAnswer.new(status, headers, read_body(headers))
    end

    def line
      (@socket.gets("\r\n") || raise(EOFError, 'the Runtime API closed the connection')).chomp("\r\n")
    end

    def read_body(headers)
      return read_chunks if headers['transfer-encoding'] == 'chunked'

      read_exactly(headers.fetch('content-length', '0').to_i)
    end

    def read_exactly(length)
      body = length.zero? ? +'' : @socket.read(length)
      raise EOFError, 'the Runtime API closed the connection' if body.nil? || body.bytesize < length

      body.force_encoding(Encoding::UTF_8)
    end

    def read_chunks
      body = +''
      until (size = line.to_i(16)).zero?
        body << read_exactly(size)
        line
      end
      nil until line.empty?
      body
    end
  end
end
